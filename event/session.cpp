// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/session.h"

#include <algorithm>
#include <limits>

#include "event/names.h"

namespace tracker {

int64_t Session::realtime_ns(uint64_t boottime_ns) const {
  ClockReading reading = clocks.empty() ? ClockReading{} : clocks.front();
  for (const ClockReading& later : clocks) {
    if (later.boottime_ns <= boottime_ns) reading = later;
  }
  // A recording's numbers may be anything: sums saturate instead of overflowing.
  int64_t wall = 0;
  if (boottime_ns >= reading.boottime_ns) {
    const uint64_t after = boottime_ns - reading.boottime_ns;
    return __builtin_add_overflow(reading.realtime_ns, after, &wall)
               ? std::numeric_limits<int64_t>::max()
               : wall;
  }
  const uint64_t before = reading.boottime_ns - boottime_ns;
  return __builtin_sub_overflow(reading.realtime_ns, before, &wall)
             ? std::numeric_limits<int64_t>::min()
             : wall;
}

void name_rungs(const Session& session, Names& names) {
  const size_t known = std::min(session.attachments.size(), names.probes.size());
  for (size_t i = 0; i < known; ++i) {
    if (names.probes[i].type != "tp") names.probes[i].rung = session.attachments[i].how;
  }
}

}  // namespace tracker
