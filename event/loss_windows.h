// SPDX-License-Identifier: GPL-2.0-or-later
//
// LossWindows: stretches of time in which CPUs lost events, as few of them as say it well enough.
//
// A collection may run for weeks and lose something every second: the list is bounded. Windows of
// one CPU that follow each other closely are one; where there are too many all the same, those with
// the smallest gaps become one, so that a journey is at worst called incomplete that is not. Counts
// are never lost.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "event/session.h"

namespace tracker {

class LossWindows {
 public:
  static constexpr size_t kMaxWindows = 4096;

  // At most `max_windows` are kept, or one a CPU where there are more CPUs.
  explicit LossWindows(size_t max_windows = kMaxWindows) : max_windows_(max_windows) {}

  // Of one CPU mostly in order of time; what comes late is kept as well.
  void add(const LossWindow& given);

  const std::vector<LossWindow>& all() const { return windows_; }
  // Changes with every add().
  uint64_t revision() const { return revision_; }

 private:
  void join_nearest();

  size_t max_windows_;
  uint64_t gap_ns_ = 100'000'000;  // windows of a CPU at most so far apart are one
  uint64_t revision_ = 0;
  std::vector<LossWindow> windows_;
  std::map<uint16_t, size_t> latest_;  // by CPU: its window that was added last
};

}  // namespace tracker
