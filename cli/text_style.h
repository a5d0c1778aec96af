// SPDX-License-Identifier: GPL-2.0-or-later
//
// --time and colour, for every command that shows events as text.
#pragma once

#include <string>

#include "event/render.h"

namespace CLI {
class App;
}

namespace tracker {

// Adds --time local|utc|mono|delta.
void add_time_option(CLI::App& command, std::string& time);

// Options for a checked --time value; colour only where `fd` is a terminal and NO_COLOR is not set.
RenderOptions text_options(const std::string& time, int fd);

}  // namespace tracker
