// SPDX-License-Identifier: GPL-2.0-or-later
//
// ProgressMeter: events a second, from one report of a collection's progress to the next.
#pragma once

#include <algorithm>
#include <cstdint>

namespace tracker {

class ProgressMeter {
 public:
  explicit ProgressMeter(uint64_t start_ns = 0) : last_ns_(start_ns) {}

  // `events` in all until `now_ns`. The value is their rate since the report before.
  double rate(uint64_t now_ns, uint64_t events) {
    const auto elapsed = static_cast<double>(std::max<uint64_t>(now_ns - last_ns_, 1));
    const double per_second = static_cast<double>(events - last_events_) * 1e9 / elapsed;
    last_ns_ = now_ns;
    last_events_ = events;
    return per_second;
  }

 private:
  uint64_t last_ns_;
  uint64_t last_events_ = 0;
};

}  // namespace tracker
