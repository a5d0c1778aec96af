// SPDX-License-Identifier: GPL-2.0-or-later
//
// Function: a function of the kernel or of a module, and where among its arguments the packet is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "probes/kernel_btf.h"
#include "probes/record.h"

struct btf_type;  // libbpf's

namespace tracker {

enum class FunctionEnd { kBeginning, kReturn };

// Positions count 64-bit words from 0, as calls pass them; -1: there is none that can be read.
struct FunctionArgs {
  int count = 0;              // of all arguments that are declared
  int skb = -1;               // of the skb, or of what `list` or `hold` says
  uint64_t list = LIST_NONE;  // LIST_ in record.h
  uint64_t hold = HOLD_NONE;  // HOLD_ in record.h
  uint32_t hold_offset = 0;   // of HOLD_POINTER
  int skb_place = -1;         // of a struct sk_buff ** where it puts an skb
  int sock = -1;
  int net = -1;
  int dev = -1;     // that the packet is at, where the skb does not say so yet
  int reason = -1;  // of an enum skb_drop_reason; 0 in it: none so far
  int hook = -1;    // of a struct nf_hook_state, or of what `hook_hold` says
  uint64_t hook_hold = HOLD_NONE;
  uint32_t hook_offset = 0;        // of HOLD_POINTER
  std::string_view why_no_skb;     // where skb is -1: what it takes instead, or where it lies
  std::string_view why_no_return;  // where only its beginning brings packets
  int words = -1;                  // of all arguments together: where fexit has the result
  uint64_t result = 0;             // what it returns: RESULT_ in record.h
  bool gives_skb = false;          // it returns a struct sk_buff *
};

// Whether the packet is one that it puts where an argument points, to be had at its return: if its
// result, which lies behind all arguments, does not say that it failed.
inline bool puts_skb(const FunctionArgs& args) {
  return args.skb_place >= 0 && args.skb < 0 && !args.gives_skb && args.words >= 0;
}

inline bool is_list(const FunctionArgs& args) { return args.list != LIST_NONE; }

// Whether a probe at that end has a packet. Not at the return of a call that was given several:
// which of them it is about nobody says, and each may be freed by then.
bool brings_packet(const FunctionArgs& args, FunctionEnd end);

// Of the function of that name with this prototype, by the BTF that has both.
FunctionArgs read_function_args(const btf* object, const btf_type* prototype,
                                std::string_view name);

struct Function {
  std::string name;
  std::string module;    // empty for vmlinux
  uint32_t type_id = 0;  // of its BTF_KIND_FUNC, within that BTF
  FunctionArgs args;
  bool has_namesake = false;  // elsewhere in the kernel, as far as was looked
};

// "ip_rcv", "openvswitch/ovs_vport_receive".
std::string full_name(const Function& function);

// All functions that bring a packet at that end: they take an skb or several, or, at their return,
// hand one back or have put one where they were told; and those called `name` whatever they take. A
// name can be there more than once. Of modules those whose BTF can be read.
std::vector<Function> skb_functions(const KernelBtf& btf, FunctionEnd end);
std::vector<Function> functions_called(const KernelBtf& btf, std::string_view name);
// Those that are given no skb and whose name matches.
std::vector<Function> functions_without_skb(const KernelBtf& btf, const std::string& pattern);

}  // namespace tracker
