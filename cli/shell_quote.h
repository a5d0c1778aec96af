// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace tracker {

// `text` in single quotes, for a shell or for fish.
std::string single_quoted(std::string_view text);

// `value` as a POSIX shell takes it for one word: as it is where it needs no quotes.
std::string shell_quoted(const std::string& value);

}  // namespace tracker
