// SPDX-License-Identifier: GPL-2.0-or-later
//
// tracker completion: what shells need to complete tracker's commands and options.
#pragma once

#include <memory>

#include "cli/command.h"

namespace tracker {

std::unique_ptr<Command> make_completion_command();

}  // namespace tracker
