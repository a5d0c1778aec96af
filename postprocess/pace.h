// SPDX-License-Identifier: GPL-2.0-or-later
//
// Pace: when each event of a recording is due again.
//
// The first event is due at once, every other as long after it as it was then, divided by the
// speed. Due times are counted from that start and not from the event before, so that no error adds
// up: whoever was late (a slow terminal, a stopped process) catches up.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/result.h"

namespace tracker {

// A clock that can be waited for. Tests have one that passes no time.
class PaceClock {
 public:
  virtual ~PaceClock() = default;

  // Never goes back.
  virtual uint64_t now_ns() = 0;
  // Returns at that time or soon after it, or earlier and false where the replay is to end.
  virtual Result<bool> sleep_until(uint64_t due_ns) = 0;
};

class Pace {
 public:
  // `clock` must outlive this. `before_sleep` is called before each sleep, to show what is
  // buffered; false from it ends the replay.
  Pace(PaceClock& clock, double speed, std::function<Result<bool>()> before_sleep);

  // Waits until the event is due; false: the replay is to end. Events earlier than the first are
  // due with it.
  Result<bool> wait_for(uint64_t event_ns);

 private:
  struct Start {
    uint64_t clock_ns;
    uint64_t event_ns;
  };
  uint64_t due_ns(uint64_t event_ns) const;

  PaceClock& clock_;
  double speed_;
  std::function<Result<bool>()> before_sleep_;
  std::optional<Start> start_;
};

// "1", "0.5", "10", or "max": infinity, with which every event is due at once. Wrong usage, with
// the forms, for anything else.
Result<double> parse_speed(const std::string& text);

}  // namespace tracker
