// SPDX-License-Identifier: GPL-2.0-or-later
//
// The clock of events.
#pragma once

#include <time.h>

#include <cstdint>

namespace tracker::kernel_test {

// Nanoseconds since the machine began, with the time it was suspended: bpf_ktime_get_boot_ns().
inline uint64_t boot_time_ns() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

}  // namespace tracker::kernel_test
