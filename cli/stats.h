// SPDX-License-Identifier: GPL-2.0-or-later
//
// tracker stats: what a recording holds and what it lacks.
#pragma once

#include <memory>

#include "cli/command.h"

namespace tracker {

std::unique_ptr<Command> make_stats_command();

}  // namespace tracker
