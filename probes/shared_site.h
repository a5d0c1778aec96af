// SPDX-License-Identifier: GPL-2.0-or-later
//
// SharedSite: what a program that many functions share (shared_program.h) is told of one of them,
// and by which rungs there are such programs.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "probes/record.h"
#include "probes/rung.h"

namespace tracker {

// By what arguments lead to packets: the same of all that share a program. Knobs of record.h.
struct SharedForm {
  bool is_return = false;
  bool needs_beginning = false;  // of a return: the rest is then what that one looks at
  bool is_list = false;          // of several skbs; what they come in is in the cookie
  uint64_t hold = HOLD_NONE;
  uint64_t hold_offset = 0;
  bool is_beside = false;  // whether there is a hook's state, a device or a reason beside the skb
  uint64_t hook_hold = HOLD_NONE;
  uint64_t hook_offset = 0;

  auto operator<=>(const SharedForm&) const = default;
};

// What a shared program is told of one function.
struct SharedSite {
  std::string function;
  std::string module;         // empty: vmlinux
  uint32_t type_id = 0;       // of its BTF_KIND_FUNC, within that BTF
  bool has_namesake = false;  // elsewhere in the kernel: its name alone does not say which is meant
  SharedForm form;
  uint64_t arguments = 0;   // the cookie without the probe's index (SHARED_ in record.h)
  std::vector<Rung> rungs;  // by which it can share a program, best first
};

// Where arguments lie, for SharedSite: positions as FunctionArgs has them, -1: none.
struct SharedPositions {
  int skb = -1;
  int sock = -1;
  int net = -1;
  uint64_t list = LIST_NONE;  // what the skbs come in
  int hook = -1;
  int dev = -1;
  int reason = -1;
  uint64_t result = RESULT_NONE;  // of a return: what the function returns
};
uint64_t shared_arguments(const SharedPositions& positions);

// The rungs of shared programs, best first. fentry_multi costs the least at a hit. Where the kernel
// may preempt a program in a trampoline, the others of thousands of functions are missed until that
// task goes on, and kprobe_multi, which cannot be preempted, comes first: in a guest with 7.3 one
// TCP stream missed 0.3 % of the hits with it, 2.4 % with fentry_multi, and it ended in 0.8 s
// instead of 11.
std::vector<Rung> shared_rungs();
bool can_share(const SharedSite& site, Rung rung);

}  // namespace tracker
