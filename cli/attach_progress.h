// SPDX-License-Identifier: GPL-2.0-or-later
//
// AttachProgress: what is said while functions are attached one by one, which takes long where
// there are many.
#pragma once

#include <chrono>
#include <cstddef>

#include "cli/status_output.h"

namespace tracker {

class AttachProgress {
 public:
  // `has_line`: a line of progress is wanted beside the sentence on how long it takes.
  AttachProgress(StatusOutput& status, bool has_line) : status_(status), has_line_(has_line) {}

  // So many of `total` are done.
  void show(size_t done, size_t total);

 private:
  using Clock = std::chrono::steady_clock;

  StatusOutput& status_;
  bool has_line_;
  Clock::time_point begin_;
  Clock::time_point shown_;
};

}  // namespace tracker
