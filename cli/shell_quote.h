// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

namespace tracker {

// `value` as a POSIX shell takes it for one word: as it is where it needs no quotes.
std::string shell_quoted(const std::string& value);

}  // namespace tracker
