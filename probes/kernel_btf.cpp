// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/kernel_btf.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <algorithm>

#include <cctype>
#include <cerrno>
#include <string_view>

#include "base/system_error.h"

namespace tracker {

namespace {

constexpr const char* kBtfDirectory = "/sys/kernel/btf";
constexpr std::string_view kTracePrefix = "btf_trace_";
constexpr std::string_view kReasonPrefix = "SKB_DROP_REASON_";
constexpr std::string_view kSubsystemPrefix = "SKB_DROP_REASON_SUBSYS_";

struct BtfDeleter {
  void operator()(btf* object) const { btf__free(object); }
};
using BtfPointer = std::unique_ptr<btf, BtfDeleter>;

std::string_view name_of(const btf* object, uint32_t offset) {
  const char* name = btf__name_by_offset(object, offset);
  return name ? name : "";
}

const btf_type* skip_modifiers(const btf* object, uint32_t id) {
  const btf_type* type = btf__type_by_id(object, id);
  while (type && (btf_is_mod(type) || btf_is_typedef(type)))
    type = btf__type_by_id(object, type->type);
  return type;
}

// "sk_buff" for `const struct sk_buff *`; "void" for `void *`; empty for what is no pointer.
std::string_view pointee(const btf* object, uint32_t id) {
  const btf_type* type = skip_modifiers(object, id);
  if (!type || !btf_is_ptr(type)) return {};
  const btf_type* target = skip_modifiers(object, type->type);
  if (!target || btf_is_void(target)) return "void";
  return btf_is_struct(target) ? name_of(object, target->name_off) : std::string_view{};
}

void set_once(int& position, int value) {
  if (position < 0) position = value;
}

TracepointArgs read_args(const btf* object, const btf_type* prototype, std::string_view name) {
  TracepointArgs args;
  args.count = btf_vlen(prototype) - 1;
  for (int i = 0; i < args.count; ++i) {
    const btf_param& parameter = btf_params(prototype)[i + 1];
    std::string_view target = pointee(object, parameter.type);
    const btf_type* plain = skip_modifiers(object, parameter.type);
    if (target == "sk_buff") set_once(args.skb, i);
    if (target == "sock") set_once(args.sock, i);
    if (target == "net_device") set_once(args.dev, i);
    if (target == "void") set_once(args.location, i);
    if (plain && btf_is_any_enum(plain) && name_of(object, plain->name_off) == "skb_drop_reason")
      set_once(args.reason, i);
    // net_dev_xmit(skb, rc, dev, skb_len): prototypes carry no parameter names
    if (name == "net_dev_xmit" && plain && btf_is_int(plain)) set_once(args.return_code, i);
  }
  // Only the free tracepoints' void * is a place in the code.
  if (name != "kfree_skb" && name != "consume_skb") args.location = -1;
  return args;
}

struct Reasons {
  std::map<uint32_t, ReasonName> reasons;
  std::map<uint16_t, std::string> subsystems;
};

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

template <typename Visit>
void for_each_value(const btf* object, const btf_type* type, Visit visit) {
  for (int i = 0; i < btf_vlen(type); ++i) {
    if (btf_is_enum64(type)) {
      const struct btf_enum64& value = btf_enum64(type)[i];
      visit(name_of(object, value.name_off), static_cast<uint32_t>(btf_enum64_value(&value)));
    } else {
      const struct btf_enum& value = btf_enum(type)[i];
      visit(name_of(object, value.name_off), static_cast<uint32_t>(value.val));
    }
  }
}

void read_subsystems(const btf* object, const btf_type* type, Reasons& found) {
  for_each_value(object, type, [&](std::string_view name, uint32_t value) {
    if (!name.starts_with(kSubsystemPrefix)) return;
    name.remove_prefix(kSubsystemPrefix.size());
    if (name != "NUM" && name != "MASK")
      found.subsystems.emplace(static_cast<uint16_t>(value), lower(name));
  });
}

void read_core_reasons(const btf* object, const btf_type* type, Reasons& found) {
  for_each_value(object, type, [&](std::string_view name, uint32_t value) {
    if (name.starts_with(kReasonPrefix)) name.remove_prefix(kReasonPrefix.size());
    if (name == "MAX" || name.starts_with("SUBSYS_") || value >> 16 != 0) return;
    found.reasons.emplace(value, ReasonName{std::string(name), "core"});
  });
}

// A subsystem's own enum (ovs_drop_reason, mac80211_drop_reason, ...): its values carry the number
// of the subsystem in their upper half. With nothing below it most are only where the list begins,
// but mac80211 drops with RX_DROP_MONITOR, which is such a one.
void read_subsystem_reasons(const btf* object, const btf_type* type, Reasons& found) {
  for_each_value(object, type, [&](std::string_view name, uint32_t value) {
    auto subsystem = found.subsystems.find(static_cast<uint16_t>(value >> 16));
    if (value >> 16 == 0 || subsystem == found.subsystems.end()) return;
    name.remove_prefix(std::min(name.find_first_not_of('_'), name.size()));
    found.reasons.emplace(value, ReasonName{std::string(name), subsystem->second});
  });
}

template <typename Visit>
void for_each_drop_enum(const btf* object, uint32_t first, Visit visit) {
  for (uint32_t id = first; id < btf__type_cnt(object); ++id) {
    const btf_type* type = btf__type_by_id(object, id);
    if (!btf_is_any_enum(type)) continue;
    std::string_view name = name_of(object, type->name_off);
    if (name.find("drop_reason") != std::string_view::npos) visit(name, type);
  }
}

}  // namespace

struct KernelBtf::State {
  struct Module {
    std::string name;
    BtfPointer object;
  };

  BtfPointer vmlinux;
  mutable bool modules_read = false;
  mutable std::vector<Module> modules;
  mutable std::map<std::string, Tracepoint, std::less<>> tracepoints;

  void add_tracepoints(const btf* object, const std::string& module, uint32_t first) const {
    for (uint32_t id = first; id < btf__type_cnt(object); ++id) {
      const btf_type* type = btf__type_by_id(object, id);
      if (!btf_is_typedef(type)) continue;
      std::string_view name = name_of(object, type->name_off);
      if (!name.starts_with(kTracePrefix)) continue;
      name.remove_prefix(kTracePrefix.size());
      const btf_type* pointer = skip_modifiers(object, type->type);
      if (!pointer || !btf_is_ptr(pointer)) continue;
      const btf_type* prototype = skip_modifiers(object, pointer->type);
      if (!prototype || !btf_is_func_proto(prototype) || btf_vlen(prototype) == 0) continue;
      tracepoints.try_emplace(std::string(name), Tracepoint{std::string(name), module, id,
                                                            read_args(object, prototype, name)});
    }
  }

  // A module whose BTF cannot be read is left out: its tracepoints are then unknown, which the
  // caller says by name.
  void read_modules() const {
    if (modules_read) return;
    modules_read = true;
    DIR* directory = ::opendir(kBtfDirectory);
    if (!directory) return;
    while (const dirent* entry = ::readdir(directory)) {
      std::string name = entry->d_name;
      if (name.starts_with(".") || name == "vmlinux") continue;
      BtfPointer object(btf__load_module_btf(name.c_str(), vmlinux.get()));
      if (!object) continue;
      add_tracepoints(object.get(), name, btf__type_cnt(vmlinux.get()));
      modules.push_back({name, std::move(object)});
    }
    ::closedir(directory);
  }
};

KernelBtf::KernelBtf(std::unique_ptr<State> state) : state_(std::move(state)) {}
KernelBtf::KernelBtf(KernelBtf&&) noexcept = default;
KernelBtf& KernelBtf::operator=(KernelBtf&&) noexcept = default;
KernelBtf::~KernelBtf() = default;

Result<KernelBtf> KernelBtf::load() {
  auto state = std::make_unique<State>();
  state->vmlinux.reset(btf__load_vmlinux_btf());
  if (!state->vmlinux)
    return system_error("read the kernel's type information (/sys/kernel/btf/vmlinux)", errno,
                        "tracker needs a kernel built with CONFIG_DEBUG_INFO_BTF");
  state->add_tracepoints(state->vmlinux.get(), "", 1);
  return KernelBtf(std::move(state));
}

const Tracepoint* KernelBtf::find_tracepoint(const std::string& name) const {
  auto found = state_->tracepoints.find(name);
  if (found == state_->tracepoints.end()) {
    state_->read_modules();
    found = state_->tracepoints.find(name);
  }
  return found == state_->tracepoints.end() ? nullptr : &found->second;
}

std::vector<const Tracepoint*> KernelBtf::skb_tracepoints() const {
  state_->read_modules();
  std::vector<const Tracepoint*> result;
  for (const auto& [name, tracepoint] : state_->tracepoints) {
    if (tracepoint.args.skb >= 0) result.push_back(&tracepoint);
  }
  return result;
}

namespace {

Reasons read_reasons(const btf* vmlinux, const std::vector<const btf*>& modules) {
  Reasons found;
  for_each_drop_enum(vmlinux, 1, [&](std::string_view name, const btf_type* type) {
    if (name == "skb_drop_reason") read_core_reasons(vmlinux, type, found);
    if (name == "skb_drop_reason_subsys") read_subsystems(vmlinux, type, found);
  });
  for_each_drop_enum(vmlinux, 1, [&](std::string_view, const btf_type* type) {
    read_subsystem_reasons(vmlinux, type, found);
  });
  for (const btf* module : modules) {
    for_each_drop_enum(module, btf__type_cnt(vmlinux), [&](std::string_view, const btf_type* type) {
      read_subsystem_reasons(module, type, found);
    });
  }
  return found;
}

}  // namespace

bool KernelBtf::has_field(const std::string& type_name, std::string_view field) const {
  const btf* object = state_->vmlinux.get();
  int32_t id = btf__find_by_name_kind(object, type_name.c_str(), BTF_KIND_STRUCT);
  if (id < 0) id = btf__find_by_name_kind(object, type_name.c_str(), BTF_KIND_TYPEDEF);
  if (id < 0) return false;
  const btf_type* type = skip_modifiers(object, static_cast<uint32_t>(id));
  if (!type || !btf_is_composite(type)) return false;
  const btf_member* members = btf_members(type);
  return std::any_of(members, members + btf_vlen(type), [&](const btf_member& member) {
    return name_of(object, member.name_off) == field;
  });
}

namespace {

std::vector<uint32_t> first_ids(const btf* object, uint32_t kind,
                                std::span<const std::string_view> names) {
  std::vector<uint32_t> ids(names.size());
  for (uint32_t id = 1; id < btf__type_cnt(object); ++id) {
    const btf_type* type = btf__type_by_id(object, id);
    if (btf_kind(type) != kind) continue;
    const auto found = std::find(names.begin(), names.end(), name_of(object, type->name_off));
    if (found == names.end()) continue;
    uint32_t& first = ids[static_cast<size_t>(found - names.begin())];
    if (first == 0) first = id;
  }
  return ids;
}

}  // namespace

std::vector<uint32_t> KernelBtf::struct_ids(std::span<const std::string_view> names) const {
  return first_ids(state_->vmlinux.get(), BTF_KIND_STRUCT, names);
}

std::vector<uint32_t> KernelBtf::function_ids(std::span<const std::string_view> names) const {
  return first_ids(state_->vmlinux.get(), BTF_KIND_FUNC, names);
}

std::map<uint32_t, ReasonName> KernelBtf::drop_reasons() const {
  state_->read_modules();
  std::vector<const btf*> modules;
  for (const auto& module : state_->modules) modules.push_back(module.object.get());
  return read_reasons(state_->vmlinux.get(), modules).reasons;
}

std::map<uint16_t, std::string> KernelBtf::drop_subsystems() const {
  return read_reasons(state_->vmlinux.get(), {}).subsystems;
}

}  // namespace tracker
