// SPDX-License-Identifier: GPL-2.0-or-later
#include "postprocess/pace.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

namespace tracker {
namespace {

// What a clock can be asked to wait for: some 292 years, which fits a signed number of ns too.
constexpr uint64_t kForever = std::numeric_limits<int64_t>::max();

}  // namespace

Pace::Pace(PaceClock& clock, double speed, std::function<Result<bool>()> before_sleep)
    : clock_(clock), speed_(speed), before_sleep_(std::move(before_sleep)) {}

uint64_t Pace::due_ns(uint64_t event_ns) const {
  if (event_ns <= start_->event_ns) return start_->clock_ns;
  const uint64_t offset_ns = event_ns - start_->event_ns;
  // A recording may name any times. long double holds every one of them exactly, speed 1 keeps it.
  const long double wait_ns = static_cast<long double>(offset_ns) / speed_;
  if (wait_ns >= static_cast<long double>(kForever - start_->clock_ns)) return kForever;
  return start_->clock_ns + static_cast<uint64_t>(wait_ns);
}

Result<bool> Pace::wait_for(uint64_t event_ns) {
  if (!start_) start_ = Start{clock_.now_ns(), event_ns};
  const uint64_t due = due_ns(event_ns);
  if (due <= clock_.now_ns()) return true;
  TRY_ASSIGN(wants_more, before_sleep_());
  if (!wants_more) return false;
  return clock_.sleep_until(due);
}

Result<double> parse_speed(const std::string& text) {
  if (text == "max") return std::numeric_limits<double>::infinity();
  double speed = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, speed);
  if (parsed.ec != std::errc{} || parsed.ptr != end || !std::isfinite(speed) || speed <= 0) {
    return wrong_usage(fmt::format(
        "--speed '{}' is not a speed; give a number above 0 (1 is the pace of the recording, 10 "
        "ten times as fast) or max",
        text));
  }
  return speed;
}

}  // namespace tracker
