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
#include "probes/btf_types.h"

namespace tracker {

namespace {

constexpr const char* kBtfDirectory = "/sys/kernel/btf";
constexpr std::string_view kTracePrefix = "btf_trace_";
constexpr std::string_view kReasonPrefix = "SKB_DROP_REASON_";
constexpr std::string_view kSubsystemPrefix = "SKB_DROP_REASON_SUBSYS_";

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
    if (is_enum(object, parameter.type, "skb_drop_reason")) set_once(args.reason, i);
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
      visit(btf_name(object, value.name_off), static_cast<uint32_t>(btf_enum64_value(&value)));
    } else {
      const struct btf_enum& value = btf_enum(type)[i];
      visit(btf_name(object, value.name_off), static_cast<uint32_t>(value.val));
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

// The types of one object that are ever asked for by name, found in one walk over all of them:
// vmlinux has more than a hundred thousand.
struct TypeIndex {
  std::vector<uint32_t> traces;      // typedefs btf_trace_NAME
  std::vector<uint32_t> drop_enums;  // enums with drop_reason in their name
  std::vector<uint32_t> composites;  // structs, unions, enums and typedefs
  std::vector<uint32_t> functions;
};

TypeIndex index_types(const btf* object, uint32_t first) {
  TypeIndex index;
  const uint32_t end = btf__type_cnt(object);
  for (uint32_t id = first; id < end; ++id) {
    const btf_type* type = btf__type_by_id(object, id);
    switch (btf_kind(type)) {
      case BTF_KIND_STRUCT:
      case BTF_KIND_UNION:
        index.composites.push_back(id);
        break;
      case BTF_KIND_FUNC:
        index.functions.push_back(id);
        break;
      case BTF_KIND_TYPEDEF:
        index.composites.push_back(id);
        if (btf_name(object, type->name_off).starts_with(kTracePrefix)) index.traces.push_back(id);
        break;
      case BTF_KIND_ENUM:
      case BTF_KIND_ENUM64:
        index.composites.push_back(id);
        if (btf_name(object, type->name_off).find("drop_reason") != std::string_view::npos)
          index.drop_enums.push_back(id);
        break;
      default:
        break;
    }
  }
  return index;
}

// A BTF object (vmlinux' or a module's) with its index.
struct Indexed {
  std::string module;  // empty: vmlinux
  BtfPointer object;
  TypeIndex types;

  std::string_view name(uint32_t id) const {
    return btf_name(object.get(), btf__type_by_id(object.get(), id)->name_off);
  }
};

template <typename Visit>
void for_each_drop_enum(const Indexed& btf, Visit visit) {
  for (const uint32_t id : btf.types.drop_enums)
    visit(btf.name(id), btf__type_by_id(btf.object.get(), id));
}

// Of each name the first of `ids` that has it and is of that kind; 0: none.
std::vector<uint32_t> first_ids(const Indexed& btf, const std::vector<uint32_t>& ids, uint32_t kind,
                                std::span<const std::string_view> names) {
  std::vector<uint32_t> found(names.size());
  for (const uint32_t id : ids) {
    if (btf_kind(btf__type_by_id(btf.object.get(), id)) != kind) continue;
    const auto name = std::ranges::find(names, btf.name(id));
    if (name == names.end()) continue;
    uint32_t& first = found[static_cast<size_t>(name - names.begin())];
    if (first == 0) first = id;
  }
  return found;
}

}  // namespace

struct KernelBtf::State {
  Indexed vmlinux;
  mutable bool modules_read = false;
  mutable std::vector<Indexed> modules;
  mutable std::map<std::string, Tracepoint, std::less<>> tracepoints;

  void add_tracepoints(const Indexed& btf) const {
    const struct btf* object = btf.object.get();
    for (const uint32_t id : btf.types.traces) {
      const btf_type* pointer = skip_modifiers(object, btf__type_by_id(object, id)->type);
      if (!pointer || !btf_is_ptr(pointer)) continue;
      const btf_type* prototype = skip_modifiers(object, pointer->type);
      if (!prototype || !btf_is_func_proto(prototype) || btf_vlen(prototype) == 0) continue;
      const std::string_view name = btf.name(id).substr(kTracePrefix.size());
      tracepoints.try_emplace(std::string(name), Tracepoint{std::string(name), btf.module, id,
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
      const std::string name = entry->d_name;
      if (name.starts_with(".") || name == "vmlinux") continue;
      Indexed module{name, nullptr, {}};
      module.object.reset(btf__load_module_btf(name.c_str(), vmlinux.object.get()));
      if (!module.object) continue;
      module.types = index_types(module.object.get(), btf__type_cnt(vmlinux.object.get()));
      add_tracepoints(module);
      modules.push_back(std::move(module));
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
  state->vmlinux.object.reset(btf__load_vmlinux_btf());
  if (!state->vmlinux.object)
    return system_error("read the kernel's type information (/sys/kernel/btf/vmlinux)", errno,
                        "tracker needs a kernel built with CONFIG_DEBUG_INFO_BTF");
  state->vmlinux.types = index_types(state->vmlinux.object.get(), 1);
  state->add_tracepoints(state->vmlinux);
  return KernelBtf(std::move(state));
}

Result<BtfPointer> KernelBtf::reduced_to(const btf& wanted) const {
  return reduce_btf(*state_->vmlinux.object, state_->vmlinux.types.composites, wanted);
}

std::vector<std::string> KernelBtf::modules() const {
  state_->read_modules();
  std::vector<std::string> names;
  for (const Indexed& module : state_->modules) names.push_back(module.module);
  std::sort(names.begin(), names.end());
  return names;
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

Reasons read_reasons(const Indexed& vmlinux, const std::vector<Indexed>& modules) {
  Reasons found;
  for_each_drop_enum(vmlinux, [&](std::string_view name, const btf_type* type) {
    if (name == "skb_drop_reason") read_core_reasons(vmlinux.object.get(), type, found);
    if (name == "skb_drop_reason_subsys") read_subsystems(vmlinux.object.get(), type, found);
  });
  const auto read_own = [&](const Indexed& btf) {
    for_each_drop_enum(btf, [&](std::string_view, const btf_type* type) {
      read_subsystem_reasons(btf.object.get(), type, found);
    });
  };
  read_own(vmlinux);
  for (const Indexed& module : modules) read_own(module);
  return found;
}

}  // namespace

bool KernelBtf::has_field(const std::string& type_name, std::string_view field) const {
  const Indexed& vmlinux = state_->vmlinux;
  const btf* object = vmlinux.object.get();
  const std::string_view name = type_name;
  const auto& candidates = vmlinux.types.composites;
  uint32_t id = first_ids(vmlinux, candidates, BTF_KIND_STRUCT, {&name, 1})[0];
  if (id == 0) id = first_ids(vmlinux, candidates, BTF_KIND_TYPEDEF, {&name, 1})[0];
  const btf_type* type = id != 0 ? skip_modifiers(object, id) : nullptr;
  if (!type || !btf_is_composite(type)) return false;
  const btf_member* members = btf_members(type);
  return std::any_of(members, members + btf_vlen(type), [&](const btf_member& member) {
    return btf_name(object, member.name_off) == field;
  });
}

std::vector<uint32_t> KernelBtf::struct_ids(std::span<const std::string_view> names) const {
  return first_ids(state_->vmlinux, state_->vmlinux.types.composites, BTF_KIND_STRUCT, names);
}

std::vector<uint32_t> KernelBtf::function_ids(std::span<const std::string_view> names) const {
  return first_ids(state_->vmlinux, state_->vmlinux.types.functions, BTF_KIND_FUNC, names);
}

void KernelBtf::for_each_function(const FunctionVisit& visit) const {
  state_->read_modules();
  const auto visit_all = [&visit](const Indexed& btf) {
    for (const uint32_t id : btf.types.functions) visit(*btf.object, btf.module, id);
  };
  visit_all(state_->vmlinux);
  for (const Indexed& module : state_->modules) visit_all(module);
}

std::map<uint32_t, ReasonName> KernelBtf::drop_reasons() const {
  state_->read_modules();
  return read_reasons(state_->vmlinux, state_->modules).reasons;
}

std::map<uint16_t, std::string> KernelBtf::drop_subsystems() const {
  return read_reasons(state_->vmlinux, {}).subsystems;
}

}  // namespace tracker
