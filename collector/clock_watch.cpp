// SPDX-License-Identifier: GPL-2.0-or-later
#include "collector/clock_watch.h"

#include <sys/timerfd.h>

#include <cerrno>
#include <cstdint>
#include <limits>

namespace tracker {

// A timer that never expires and that setting the clock cancels (timerfd_create(2),
// TFD_TIMER_CANCEL_ON_SET).
ClockWatch::ClockWatch() : timer_(::timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK)) {
  itimerspec never{};
  never.it_value.tv_sec = std::numeric_limits<time_t>::max();
  constexpr int kFlags = TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET;
  if (timer_ && ::timerfd_settime(timer_.get(), kFlags, &never, nullptr) != 0) timer_.reset();
}

bool ClockWatch::was_set() {
  uint64_t expirations = 0;
  return timer_ && ::read(timer_.get(), &expirations, sizeof(expirations)) < 0 &&
         errno == ECANCELED;
}

}  // namespace tracker
