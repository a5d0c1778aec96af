// SPDX-License-Identifier: GPL-2.0-or-later
//
// A recording from anybody, shown by every view there is.
#pragma once

#include <string>

namespace tracker::fuzz {

// Opens `path` as print, sort, drops, stats, db info and db verify do, once whole and once with a
// selection, and looks at what they say: it must be printable, JSON must parse, and what db verify
// calls sound must be readable. Views stop after some hundred events, as when their reader goes
// away.
void show_by_every_view(const std::string& path);

}  // namespace tracker::fuzz
