// SPDX-License-Identifier: GPL-2.0-or-later
//
// tracker collect: attach, show events live, record.
#pragma once

#include <memory>

#include "cli/command.h"

namespace tracker {

std::unique_ptr<Command> make_collect_command();

}  // namespace tracker
