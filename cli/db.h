// SPDX-License-Identifier: GPL-2.0-or-later
//
// tracker db: recordings as files: db info, db verify.
#pragma once

#include <memory>

#include "cli/command.h"

namespace tracker {

std::unique_ptr<Command> make_db_command();

}  // namespace tracker
