// SPDX-License-Identifier: GPL-2.0-or-later
//
// Measuring ways of tracing, round after round.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "bench/flood/measurement.h"
#include "bench/flood/sender.h"
#include "bench/flood/way.h"

namespace tracker::bench {

// Measures each way once a round: sends for `seconds` traced, half as long while the kernel
// measures the programs' runs, and half as long untraced before and after. Ratios within a round
// mean something, rates on a shared machine little. An error where one of our own ways fails;
// others say why.
Result<std::vector<Measurement>> measure(const std::vector<Way>& ways, Sender& sender,
                                         const std::string& folder, double seconds, int rounds);

}  // namespace tracker::bench
