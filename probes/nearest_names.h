// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace tracker {

// For "nearest: ..." behind a name that does not exist: of candidates {name, shown} the shown texts
// of at most three whose names are nearest to `typed`. The nearest is always there; others only if
// they have half of it in common.
std::vector<std::string> nearest_names(
    const std::string& typed, const std::vector<std::pair<std::string, std::string>>& candidates);

}  // namespace tracker
