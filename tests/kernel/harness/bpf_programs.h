// SPDX-License-Identifier: GPL-2.0-or-later
//
// Which BPF programs a process holds, and whether the kernel still has them.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <set>

namespace tracker::kernel_test {

// Ids of the programs that file descriptors of `pid` stand for, also by way of a link.
std::set<uint32_t> programs_of(pid_t pid);

// Whether the kernel has a program with this id: loaded, or attached to anything.
bool program_exists(uint32_t id);

}  // namespace tracker::kernel_test
