// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/reduced_btf.h"

#include <bpf/btf.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/system_error.h"

namespace tracker {
namespace {

const char* name_of(const btf& object, const btf_type& type) {
  const char* name = btf__name_by_offset(&object, type.name_off);
  return name ? name : "";
}

bool has_fields_or_values(const btf_type& type) {
  return btf_is_composite(&type) || btf_is_any_enum(&type) || btf_is_typedef(&type);
}

std::unordered_set<std::string_view> names_of(const btf& wanted) {
  std::unordered_set<std::string_view> names;
  for (uint32_t id = 1; id < btf__type_cnt(&wanted); ++id) {
    const btf_type& type = *btf__type_by_id(&wanted, id);
    const std::string_view name = name_of(wanted, type);
    if (has_fields_or_values(type) && !name.empty()) names.insert(name.substr(0, name.find("___")));
  }
  return names;
}

class Copier {
 public:
  Copier(const btf& from, btf& to) : from_(from), to_(to) {}

  // The copy's id, negative for an error of libbpf's. What lies inside by value is copied before:
  // such types form no circles.
  int copy(uint32_t id) {
    if (id == 0) return 0;
    if (const auto found = copies_.find(id); found != copies_.end()) return found->second;
    const btf_type* type = btf__type_by_id(&from_, id);
    const int copied = type ? add(*type) : -EINVAL;
    if (copied >= 0) copies_.emplace(id, copied);
    return copied;
  }

 private:
  int add(const btf_type& type) {
    switch (btf_kind(&type)) {
      case BTF_KIND_PTR:
        return btf__add_ptr(&to_, 0);
      case BTF_KIND_STRUCT:
      case BTF_KIND_UNION:
        return add_composite(type);
      case BTF_KIND_ARRAY:
        return add_array(*btf_array(&type));
      case BTF_KIND_TYPEDEF:
      case BTF_KIND_CONST:
      case BTF_KIND_VOLATILE:
      case BTF_KIND_RESTRICT:
      case BTF_KIND_TYPE_TAG:
        return add_modifier(type);
      case BTF_KIND_INT:
      case BTF_KIND_FLOAT:
      case BTF_KIND_ENUM:
      case BTF_KIND_ENUM64:
      case BTF_KIND_FWD:
        return btf__add_type(&to_, &from_, &type);
      default:
        return 0;  // functions and variables, which lie in nothing
    }
  }

  int add_modifier(const btf_type& type) {
    const int inner = copy(type.type);
    if (inner < 0) return inner;
    switch (btf_kind(&type)) {
      case BTF_KIND_TYPEDEF:
        return btf__add_typedef(&to_, name_of(from_, type), inner);
      case BTF_KIND_CONST:
        return btf__add_const(&to_, inner);
      case BTF_KIND_VOLATILE:
        return btf__add_volatile(&to_, inner);
      case BTF_KIND_RESTRICT:
        return btf__add_restrict(&to_, inner);
      default:
        return btf__add_type_tag(&to_, name_of(from_, type), inner);
    }
  }

  int add_array(const struct btf_array& array) {
    const int index = copy(array.index_type), element = copy(array.type);
    if (index < 0 || element < 0) return -EINVAL;
    return btf__add_array(&to_, index, element, array.nelems);
  }

  int add_composite(const btf_type& type) {
    const btf_member* members = btf_members(&type);
    std::vector<int> types(btf_vlen(&type));
    for (size_t i = 0; i < types.size(); ++i) {
      types[i] = copy(members[i].type);
      if (types[i] < 0) return types[i];
    }
    const char* name = name_of(from_, type);
    const int added = btf_is_struct(&type) ? btf__add_struct(&to_, name, type.size)
                                           : btf__add_union(&to_, name, type.size);
    for (size_t i = 0; i < types.size() && added >= 0; ++i) {
      const auto at = static_cast<uint32_t>(i);
      const int failed =
          btf__add_field(&to_, btf__name_by_offset(&from_, members[i].name_off), types[i],
                         btf_member_bit_offset(&type, at), btf_member_bitfield_size(&type, at));
      if (failed < 0) return failed;
    }
    return added;
  }

  const btf& from_;
  btf& to_;
  std::unordered_map<uint32_t, int> copies_;
};

}  // namespace

void BtfDeleter::operator()(btf* object) const { btf__free(object); }

Result<BtfPointer> reduce_btf(const btf& whole, std::span<const uint32_t> candidates,
                              const btf& wanted) {
  BtfPointer reduced(btf__new_empty());
  if (!reduced) return system_error("make type information for libbpf", errno);
  const auto names = names_of(wanted);
  Copier copier(whole, *reduced);
  for (const uint32_t id : candidates) {
    if (!names.contains(name_of(whole, *btf__type_by_id(&whole, id)))) continue;
    const int copied = copier.copy(id);
    if (copied < 0) return system_error("copy the kernel's type information for libbpf", -copied);
  }
  return reduced;
}

BtfFile BtfFile::make() {
  BtfFile made;
  made.file_.reset(::memfd_create("tracker-btf", MFD_CLOEXEC));
  made.path_ = fmt::format("/proc/self/fd/{}", made.file_.get());
  if (made.file_ && ::access(made.path_.c_str(), R_OK) != 0) made.file_.reset();
  return made;
}

Result<void> BtfFile::write(const btf& object) {
  uint32_t size = 0;
  const auto* bytes = static_cast<const std::byte*>(btf__raw_data(&object, &size));
  if (!bytes) return system_error("write type information for libbpf", ENOMEM);
  for (uint32_t written = 0; written < size;) {
    const ssize_t count = ::write(file_.get(), bytes + written, size - written);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return system_error("write type information for libbpf", errno);
    written += static_cast<uint32_t>(count);
  }
  return {};
}

}  // namespace tracker
