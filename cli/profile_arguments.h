// SPDX-License-Identifier: GPL-2.0-or-later
//
// Profiles as arguments: what -p names, put before what the user typed.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "profiles/profile.h"

namespace CLI {
class App;
}

namespace tracker {

// Checks every item of a profile against the commands and options of `app`: unknown ones are an
// error with the profile, the key and the nearest option.
Result<void> check_profile(const CLI::App& app, const Profile& profile);

// The arguments that `profiles` mean for `command` (an App that was parsed with what the user
// typed): lists always, single values only where the user typed none.
std::vector<std::string> profile_arguments(const CLI::App& command,
                                           const std::vector<Profile>& profiles);

}  // namespace tracker
