// SPDX-License-Identifier: GPL-2.0-or-later
//
// What of the running kernel the programs make use of, where it has it: reads by loads
// (bpf/kernel_read.h) and turning preemption off (bpf/hit.h).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/result.h"
#include "probes/kernel_btf.h"

namespace tracker {

// Ids in vmlinux' BTF, none of them 0.
struct Loads {
  std::vector<uint32_t> struct_ids;  // in the order of TRACKER_READ_STRUCTS
  uint32_t cast = 0;                 // bpf_rdonly_cast(), since 6.2
};

struct Guard {
  uint32_t disable = 0, enable = 0;  // bpf_preempt_disable(), bpf_preempt_enable(), since 6.10
};

// By enum tracker_call; 0 for what the kernel lacks.
std::vector<uint32_t> kernel_functions(const KernelBtf& btf);

// Nothing where the kernel lacks the function; an error where it has that, but not every struct.
// `functions` are those of kernel_functions().
Result<std::optional<Loads>> find_loads(const KernelBtf& btf, std::span<const uint32_t> functions);
std::optional<Guard> find_guard(std::span<const uint32_t> functions);

// Whether this kernel is later than 6.18, the last that is known to run tracepoints' programs with
// preemption off.
bool kernel_preempts_programs();

}  // namespace tracker
