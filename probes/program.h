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
#include "probes/program_code.h"
#include "probes/record.h"
#include "probes/rung.h"

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
  Rung rung = Rung::kRawTp;  // set by whoever chose it (KernelProbes)
};

// What the kernel is told of a program besides its instructions; numbers of <linux/bpf.h>.
struct ProgramForm {
  uint32_t type = 0;         // BPF_PROG_TYPE_
  uint32_t attach_type = 0;  // BPF_TRACE_, of BPF_PROG_TYPE_TRACING
  uint32_t btf_type_id = 0;  // of what such a one is attached to
  int btf_fd = 0;            // of the module's BTF where that is in a module; 0: vmlinux
  std::string name;          // of the point; cut to what the kernel takes
};

// An error has the kernel's words, the verifier's last line among them.
Result<UniqueFd> load_program(const ProgramForm& form, const ProgramCode& code);

// What the kernel says of a loaded program; false where there is none, or it says nothing.
bool program_info(const UniqueFd& program, bpf_prog_info& info);

}  // namespace tracker
