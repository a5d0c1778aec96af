// SPDX-License-Identifier: GPL-2.0-or-later
//
// Memory and CPU time of a running process.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace tracker::bench {

struct MemoryUsage {
  uint64_t highest_bytes = 0;  // VmHWM: the most that was resident at a time
  uint64_t now_bytes = 0;      // VmRSS
  // Of the latter, ring buffers of BPF and perf. The data of a BPF ring is mapped twice in a row
  // and counts twice, in the others as well.
  uint64_t rings_bytes = 0;

  uint64_t highest_besides_rings() const;
  uint64_t now_besides_rings() const;
};

// All 0 where the process has ended.
MemoryUsage memory_of(pid_t pid);

double cpu_seconds_of(pid_t pid);

}  // namespace tracker::bench
