// SPDX-License-Identifier: GPL-2.0-or-later
//
// tracker inspect: what this kernel permits, and which probes exist.
#pragma once

#include <memory>

#include "cli/command.h"

namespace tracker {

std::unique_ptr<Command> make_inspect_command();

}  // namespace tracker
