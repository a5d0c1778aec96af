// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/attach_progress.h"

#include <fmt/format.h>

namespace tracker {
namespace {

using Seconds = std::chrono::duration<double>;

constexpr size_t kSample = 16;  // after so many it is known how long all take
constexpr double kLong = 2;     // seconds that are worth a sentence
constexpr Seconds kBetweenLines{0.2};

}  // namespace

void AttachProgress::show(size_t done, size_t total) {
  if (total == 0) return;
  const Clock::time_point now = Clock::now();
  if (done == 0) begin_ = now;
  if (done == kSample) {
    const double all = Seconds(now - begin_).count() / kSample * static_cast<double>(total);
    if (all >= kLong)
      status_.note(fmt::format("attaching {} functions one by one, about {:.0f} s; Ctrl-C ends",
                               total, all));
  }
  if (!has_line_ || now - shown_ < kBetweenLines) return;
  status_.progress(fmt::format("attaching functions: {} of {}", done, total));
  shown_ = now;
}

}  // namespace tracker
