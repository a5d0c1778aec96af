// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <string_view>

namespace tracker {

// Levenshtein's distance: the fewest insertions, removals and replacements of a character that turn
// one text into the other. For suggestions to short names.
size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace tracker
