// SPDX-License-Identifier: GPL-2.0-or-later
//
// What `collect` says at its end: drops by reason and place, and the counters.
#pragma once

#include <string>
#include <vector>

#include "collector/collection.h"
#include "collector/drop_tally.h"

namespace tracker {

// Lines for stderr; `recording` is the file's path, empty where there is none.
std::string render_collect_summary(const CollectSummary& summary,
                                   const std::vector<DropTally::Row>& drops,
                                   const std::string& recording);

}  // namespace tracker
