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

// Whether the kernel may preempt a task that runs in it, as far as it says so
// (/sys/kernel/debug/sched/preempt, uname); where it does not say, true.
bool kernel_may_preempt();

// Whether this kernel's release is later than MAJOR.MINOR; also where it says nothing of the kind.
// For what cannot be tried: how the kernel treats a program while that runs.
bool kernel_is_later_than(unsigned major, unsigned minor);

}  // namespace tracker
