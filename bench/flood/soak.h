// SPDX-License-Identifier: GPL-2.0-or-later
//
// A long flood under `tracker -p dropmon collect`: does memory stay flat, do the sums close, is the
// file whole and as large as its events say?
#pragma once

#include "base/result.h"
#include "bench/flood/sender.h"
#include "bench/flood/way.h"

namespace tracker::bench {

// Prints a line a minute, the figures and what was claimed; an error where a claim does not hold.
Result<void> soak(const WaySettings& settings, Sender& sender, double minutes);

}  // namespace tracker::bench
