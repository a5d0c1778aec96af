// SPDX-License-Identifier: GPL-2.0-or-later
//
// tracker replay: recorded events again, at the pace at which they came.
#pragma once

#include <memory>

#include "cli/command.h"

namespace tracker {

std::unique_ptr<Command> make_replay_command();

}  // namespace tracker
