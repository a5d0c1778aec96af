// SPDX-License-Identifier: GPL-2.0-or-later
//
// Where a new recording goes: whether it may, what stands there is moved aside, the file is made.
#pragma once

#include <string>

#include "base/result.h"

namespace tracker {

// Says, without changing anything, why a recording cannot be made at `path`: a folder that is
// missing or not writable, something that is not a recording, a recording that another process
// still uses.
Result<void> check_place(const std::string& path);

// An empty file at `path`.new-PID: mode 0600 whatever the umask, owned by the user behind sudo.
// Returns its path. The recording is made in it and gets its name (publish_file()) once it is
// whole.
Result<std::string> create_file(const std::string& path);

// Moves what is at `path` to `path`.old, after its -wal was brought into it, and `made` to `path`.
// True: a recording that was at `path`.old is gone.
Result<bool> publish_file(const std::string& made, const std::string& path);

// Removes a file that create_file() made, with what SQLite may have put beside it.
void discard_file(const std::string& made);

}  // namespace tracker
