// SPDX-License-Identifier: GPL-2.0-or-later
//
// tracker sort: one timeline per packet, ending in its verdict.
#pragma once

#include <memory>

#include "cli/command.h"

namespace tracker {

std::unique_ptr<Command> make_sort_command();

}  // namespace tracker
