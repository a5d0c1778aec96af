// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdio>
#include <string>

namespace tracker {

// Writes to stderr. A stderr that nobody reads must not end a collection: fmt::print() would throw
// where the write fails (EPIPE), this does not.
inline void say(const std::string& text) { std::fputs(text.c_str(), stderr); }

}  // namespace tracker
