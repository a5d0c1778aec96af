// SPDX-License-Identifier: GPL-2.0-or-later
//
// tracker print: events in time order.
#pragma once

#include <memory>

#include "cli/command.h"

namespace tracker {

std::unique_ptr<Command> make_print_command();

}  // namespace tracker
