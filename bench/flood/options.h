// SPDX-License-Identifier: GPL-2.0-or-later
//
// The arguments of bench_drop_flood.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace tracker::bench {

struct Options {
  std::string tracker;  // absolute path
  double seconds = 0;   // 0, also of rounds: so that a run takes two to three minutes
  int rounds = 0;
  uint32_t flows = 1;
  std::vector<std::string> ways;  // empty: all
  double soak_minutes = 0;        // above 0: a soak instead of the table
  bool json = false;
};

Result<Options> read_options(int argc, char** argv);

}  // namespace tracker::bench
