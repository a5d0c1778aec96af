// SPDX-License-Identifier: GPL-2.0-or-later
//
// What was measured against the figures to reach.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/flood/measurement.h"

namespace tracker::bench {

// A line per aim that the measured ways can answer.
std::string render_aims(const std::vector<Measurement>& measurements, uint32_t flows, bool in_lab);

}  // namespace tracker::bench
