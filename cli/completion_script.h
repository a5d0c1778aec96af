// SPDX-License-Identifier: GPL-2.0-or-later
//
// Completion scripts for shells, made from the commands and options themselves.
#pragma once

#include <string>

#include "cli/command_words.h"

namespace tracker {

// Each for its shell to read: bash by source, zsh as _tracker in $fpath, fish from its completions
// folder. Options of a command are offered behind it, choices behind an option that has them;
// names of profiles are asked of the tracker in $PATH.
std::string bash_completion(const CommandWords& program);
std::string zsh_completion(const CommandWords& program);
std::string fish_completion(const CommandWords& program);

}  // namespace tracker
