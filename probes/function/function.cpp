// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/function/function.h"

#include <bpf/btf.h>

#include <optional>

#include "probes/btf_types.h"
#include "probes/function/skb_list.h"
#include "probes/function/skb_pointer.h"
#include "probes/glob.h"
#include "probes/record.h"

namespace tracker {
namespace {

constexpr uint32_t kWordBytes = 8;

// It sets skb->dev to its struct net_device * (net/ethernet/eth.c), which a driver's new skb may
// have nowhere else. Of other functions the argument is no help where skb->dev is not set, and can
// be wrong: rtnl_fill_stats() writes of a device into an skb that is a netlink message.
constexpr std::string_view kSetsDevice = "eth_type_trans";

// What holds packets and is not read as one.
std::string_view other_holder(const btf* object, uint32_t id) {
  const std::string_view target = pointee(object, id);
  if (target == "xdp_buff") return "it takes a struct xdp_buff, before there is an skb";
  if (target == "sk_buff_head") return "it takes a queue of skbs, and not all are what it works on";
  return {};
}

bool is_skb_pointer(const btf* object, uint32_t id) {
  const btf_type* type = skip_modifiers(object, id);
  return type && btf_is_ptr(type) && pointee(object, type->type) == "sk_buff";
}

// Arguments by value of more than a word take several, or none (memory): what follows them is where
// only the ABI's whole rules would tell.
bool is_one_word(const btf* object, uint32_t id) {
  const btf_type* type = skip_modifiers(object, id);
  if (!type) return false;
  if (btf_is_struct(type) || btf_is_union(type) || btf_is_array(type) || btf_is_float(type))
    return false;
  return btf_is_ptr(type) || type->size <= kWordBytes;
}

// Subsystems' own reasons are of this type too.
bool is_drop_reason(const btf* object, uint32_t id) {
  const btf_type* type = skip_modifiers(object, id);
  return type && btf_is_enum(type) && btf_name(object, type->name_off) == "skb_drop_reason";
}

// As a number in a register, by size and sign; of the kernel's enums none is larger than 32 bits.
uint64_t result_kind(const btf* object, uint32_t id) {
  const btf_type* type = id == 0 ? nullptr : skip_modifiers(object, id);
  if (!type) return RESULT_NONE;
  if (btf_is_ptr(type)) return RESULT_POINTER;
  if (btf_is_enum(type)) return RESULT_32;
  if (!btf_is_int(type)) return RESULT_NONE;
  const bool is_signed = (btf_int_encoding(type) & BTF_INT_SIGNED) != 0;
  switch (type->size) {
    case 1:
      return is_signed ? RESULT_S8 : RESULT_U8;
    case 2:
      return is_signed ? RESULT_S16 : RESULT_U16;
    case 4:
      return RESULT_32;
    case kWordBytes:
      return RESULT_64;
    default:
      return RESULT_NONE;
  }
}

// What takes an skb and a queue is about the skb: skb_queue_tail().
void choose_list(std::string_view name, const SkbListPositions& lists, FunctionArgs& args) {
  const SkbList list = skb_list_of(name, args.skb, lists);
  if (list.kind == LIST_NONE) return;
  args.list = list.kind;
  args.skb = list.position;
  args.hook = -1;    // of nf_hook_slow_list(), whose skbs were received and have their device
  args.reason = -1;  // of kfree_skb_list_reason(), which says it of each skb as it frees it
  if (!args.gives_skb)
    args.why_no_return = "it is given several skbs, each of which may be freed when it returns";
}

// An argument that leads to the skb.
struct Holder {
  int position = -1;
  uint32_t offset = 0;
};

// What nftables hands from function to function: the offset comes from the BTF of the function's
// own module, as the struct is nf_tables' (include/net/netfilter/nf_tables.h).
void choose_holder(const Holder& holder, FunctionArgs& args) {
  if (args.skb >= 0 || holder.position < 0) return;
  args.skb = holder.position;
  args.hold = HOLD_POINTER;
  args.hold_offset = holder.offset;
}

// Beside the skb in the same struct since 5.14 (struct nft_pktinfo.state).
void choose_hook(const Holder& holder, FunctionArgs& args) {
  if (args.hook >= 0 || holder.position < 0) return;
  args.hook = holder.position;
  args.hook_hold = HOLD_POINTER;
  args.hook_offset = holder.offset;
}

std::optional<Function> function_of(const btf& object, const std::string& module, uint32_t id) {
  const btf_type* type = btf__type_by_id(&object, id);
  const btf_type* prototype = skip_modifiers(&object, type->type);
  if (!prototype || !btf_is_func_proto(prototype)) return std::nullopt;
  const std::string_view name = btf_name(&object, type->name_off);
  return Function{std::string(name), module, id, read_function_args(&object, prototype, name)};
}

}  // namespace

FunctionArgs read_function_args(const btf* object, const btf_type* prototype,
                                std::string_view name) {
  FunctionArgs args;
  SkbListPositions lists;
  Holder nft;
  Holder nft_hook;
  args.count = btf_vlen(prototype);
  args.result = result_kind(object, prototype->type);
  args.gives_skb = pointee(object, prototype->type) == "sk_buff";
  args.words = 0;
  args.why_no_skb = args.gives_skb
                        ? "it takes no skb but hands one back: its return can be watched"
                        : "it has no skb among its arguments: there is no packet to follow";
  const auto set_once = [](int& position, int value) {
    if (position < 0) position = value;
  };
  for (int i = 0; i < btf_vlen(prototype); ++i) {
    const uint32_t id = btf_params(prototype)[i].type;
    const std::string_view target = pointee(object, id);
    if (target == "sk_buff" && i >= SCRATCH_ARGS) {
      args.why_no_skb = "its skb is behind the twelfth argument, the last that can be read";
    } else if (target == "sk_buff") {
      set_once(args.skb, i);
    }
    if (target == "sk_buff_head" && i < SCRATCH_ARGS) set_once(lists.queue, i);
    if (target == "list_head" && i < SCRATCH_ARGS) set_once(lists.list_head, i);
    if (is_skb_pointer(object, id) && i < SCRATCH_ARGS) set_once(args.skb_place, i);
    if (target == "nft_pktinfo" && i < SCRATCH_ARGS && nft.position < 0) {
      if (const auto offset = pointer_member(object, id, "skb", "sk_buff")) nft = {i, *offset};
      if (const auto offset = pointer_member(object, id, "state", "nf_hook_state"))
        nft_hook = {i, *offset};
    }
    if (target == "nf_hook_state" && i < SCRATCH_ARGS) set_once(args.hook, i);
    if (target == "net_device" && i < SCRATCH_ARGS && name == kSetsDevice) set_once(args.dev, i);
    if (target == "sock") set_once(args.sock, i);
    if (target == "net") set_once(args.net, i);
    if (is_drop_reason(object, id) && i < SCRATCH_ARGS) set_once(args.reason, i);
    if (const std::string_view holder = other_holder(object, id); !holder.empty())
      args.why_no_skb = holder;
    if (is_one_word(object, id)) {
      args.words = i + 1;
      continue;
    }
    args.words = -1;
    if (args.skb < 0) args.why_no_skb = "what it takes by value hides where its skb is";
    break;
  }
  choose_list(name, lists, args);
  if (finds_skb_behind_pointer(object, name, prototype->type))
    choose_holder({args.skb_place, 0}, args);
  choose_holder(nft, args);
  choose_hook(nft_hook, args);
  if (puts_skb(args))
    args.why_no_skb =
        "it puts an skb where its struct sk_buff ** points: its return can be watched";
  return args;
}

bool brings_packet(const FunctionArgs& args, FunctionEnd end) {
  if (end == FunctionEnd::kReturn)
    return args.gives_skb || puts_skb(args) || (args.skb >= 0 && !is_list(args));
  return args.skb >= 0;
}

std::string full_name(const Function& function) {
  return function.module.empty() ? function.name : function.module + "/" + function.name;
}

std::vector<Function> skb_functions(const KernelBtf& btf, FunctionEnd end) {
  std::vector<Function> functions;
  btf.for_each_function([&](const struct btf& object, const std::string& module, uint32_t id) {
    auto function = function_of(object, module, id);
    if (function && brings_packet(function->args, end)) functions.push_back(std::move(*function));
  });
  return functions;
}

std::vector<Function> functions_without_skb(const KernelBtf& btf, const std::string& pattern) {
  std::vector<Function> functions;
  btf.for_each_function([&](const struct btf& object, const std::string& module, uint32_t id) {
    const std::string_view name = btf_name(&object, btf__type_by_id(&object, id)->name_off);
    if (!matches_glob(pattern, std::string(name))) return;
    auto function = function_of(object, module, id);
    if (function && function->args.skb < 0) functions.push_back(std::move(*function));
  });
  return functions;
}

std::vector<Function> functions_called(const KernelBtf& btf, std::string_view name) {
  std::vector<Function> functions;
  btf.for_each_function([&](const struct btf& object, const std::string& module, uint32_t id) {
    if (btf_name(&object, btf__type_by_id(&object, id)->name_off) != name) return;
    if (auto function = function_of(object, module, id)) functions.push_back(std::move(*function));
  });
  return functions;
}

}  // namespace tracker
