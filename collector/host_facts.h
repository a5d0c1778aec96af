// SPDX-License-Identifier: GPL-2.0-or-later
//
// What a recording says about the host that made it.
#pragma once

#include "event/session.h"

namespace tracker {

// CLOCK_BOOTTIME, the clock of event time stamps (bpf_ktime_get_boot_ns).
uint64_t boottime_ns();

// Both clocks, read as close together as can be.
ClockReading read_clocks();

// Host name, kernel, time zone, number of CPUs; the release string is kept as text.
void describe_host(Session& session);

}  // namespace tracker
