// SPDX-License-Identifier: GPL-2.0-or-later
//
// ClockWatch: tells at once when somebody sets the clock, so that no event gets a wall time of the
// wrong side of the step. What only drifts is found by the readings of each second.
#pragma once

#include "base/unique_fd.h"

namespace tracker {

class ClockWatch {
 public:
  // Watches from here on. Where the kernel refuses, nothing is ever told.
  ClockWatch();

  // Readable once the clock was set; -1: never.
  int poll_fd() const { return timer_.get(); }
  // Whether it was set since the last call.
  bool was_set();

 private:
  UniqueFd timer_;
};

}  // namespace tracker
