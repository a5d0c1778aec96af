// SPDX-License-Identifier: GPL-2.0-or-later
//
// What a recording says about the host that made it.
#pragma once

#include <vector>

#include "event/session.h"

namespace tracker {

// CLOCK_BOOTTIME, the clock of event time stamps (bpf_ktime_get_boot_ns).
uint64_t boottime_ns();

// Both clocks, read as close together as can be.
ClockReading read_clocks();

// Adds `now` where wall time has moved by more than a millisecond against what the last reading
// says (a step, or the sum of a slow correction). Two readings a day or many, at most kMaxClocks
// are kept: of the older ones then every second, which makes wall times of that part less exact.
inline constexpr size_t kMaxClocks = 4096;
void note_clocks(const ClockReading& now, std::vector<ClockReading>& readings);

// Host name, kernel, time zone, number of CPUs; the release string is kept as text.
void describe_host(Session& session);

}  // namespace tracker
