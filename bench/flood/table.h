// SPDX-License-Identifier: GPL-2.0-or-later
//
// The measurements as text and as JSON, a line per way.
#pragma once

#include <string>
#include <vector>

#include "bench/flood/measurement.h"

namespace tracker::bench {

std::string render_table(const std::vector<Measurement>& measurements);
std::string render_json_lines(const std::vector<Measurement>& measurements);

}  // namespace tracker::bench
