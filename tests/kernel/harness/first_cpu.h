// SPDX-License-Identifier: GPL-2.0-or-later
//
// FirstCpu: while it lives, the calling thread runs on CPU 0 only.
//
// veth hands packets to the backlog of the sender's CPU, which is worked off in order: what was
// sent from one CPU has been dealt with when a later packet from there has arrived.
#pragma once

#include <sched.h>

namespace tracker::kernel_test {

class FirstCpu {
 public:
  FirstCpu();
  ~FirstCpu();
  FirstCpu(const FirstCpu&) = delete;
  FirstCpu& operator=(const FirstCpu&) = delete;

 private:
  cpu_set_t before_{};
};

}  // namespace tracker::kernel_test
