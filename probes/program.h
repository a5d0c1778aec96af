// SPDX-License-Identifier: GPL-2.0-or-later
//
// Copies of a relocated BPF program with constants of their own.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "probes/record.h"

struct bpf_insn;

namespace tracker {

// Indexed by enum tracker_knob.
using Knobs = std::array<uint64_t, KNOB_COUNT>;

// Replaces every 64-bit immediate load that bpf/knob.h made by the knob's value. The value is the
// number of loads replaced: a program without any was not made with KNOB().
size_t patch_knobs(std::vector<bpf_insn>& instructions, const Knobs& knobs);

// Indexed by enum tracker_call: the function's id in vmlinux' BTF; 0: not to be called.
using KernelFunctions = std::array<uint32_t, CALL_COUNT>;

// Makes every call that KERNEL_FUNCTION() of bpf/knob.h stands for one of the kernel's function,
// or, where that is 0, "r0 = 0": the verifier looks at such calls before it removes what is never
// reached. The value is the number of calls.
size_t patch_calls(std::vector<bpf_insn>& instructions, const KernelFunctions& functions);

struct AttachedProgram {
  UniqueFd program;
  UniqueFd link;
  std::string rung;  // "tp_btf" or "raw_tp"
};

// Loads `instructions` and attaches them to a tracepoint: as tp_btf by the type id of its
// btf_trace_ typedef in vmlinux (0: not possible, modules), else as raw_tp by name.
Result<AttachedProgram> attach_tracepoint(const std::vector<bpf_insn>& instructions,
                                          const std::string& tracepoint, uint32_t btf_type_id);

}  // namespace tracker
