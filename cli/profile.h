// SPDX-License-Identifier: GPL-2.0-or-later
//
// tracker profile list|show|check.
#pragma once

#include <functional>
#include <memory>

#include "cli/command.h"
#include "profiles/profile.h"

namespace tracker {

// `check` holds a profile against the program's commands and options, which main.cpp knows.
std::unique_ptr<Command> make_profile_command(std::function<Result<void>(const Profile&)> check);

}  // namespace tracker
