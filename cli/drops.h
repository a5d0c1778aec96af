// SPDX-License-Identifier: GPL-2.0-or-later
//
// tracker drops: drops counted.
#pragma once

#include <memory>

#include "cli/command.h"

namespace tracker {

std::unique_ptr<Command> make_drops_command();

}  // namespace tracker
