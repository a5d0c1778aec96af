// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/first_cpu.h"

#include "harness/require.h"

namespace tracker::kernel_test {

FirstCpu::FirstCpu() {
  require_call(sched_getaffinity(0, sizeof(before_), &before_), "sched_getaffinity");
  cpu_set_t first;
  CPU_ZERO(&first);
  CPU_SET(0, &first);
  require_call(sched_setaffinity(0, sizeof(first), &first), "cannot run on CPU 0");
}

FirstCpu::~FirstCpu() { sched_setaffinity(0, sizeof(before_), &before_); }

}  // namespace tracker::kernel_test
