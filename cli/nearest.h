// SPDX-License-Identifier: GPL-2.0-or-later
//
// The nearest of some names, for "did you mean".
#pragma once

#include <string>
#include <vector>

namespace tracker {

// By edit distance; empty where none is near (more than half of what was typed is different).
std::string nearest(const std::string& typed, const std::vector<std::string>& names);

}  // namespace tracker
