// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>

namespace CLI {
class App;
}

namespace tracker {

// Help as CLI11 lays it out, with descriptions that stay within `columns`; 0: one line each, for
// whatever reads it. Commands that are added later take it over.
void fit_help(CLI::App& app, size_t columns);

}  // namespace tracker
