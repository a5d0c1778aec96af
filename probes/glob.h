// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <fnmatch.h>

#include <string>

namespace tracker {

// Whether the text is of the pattern, as shells have them: "ip_*", "tp:net:*".
inline bool matches_glob(const std::string& pattern, const std::string& text) {
  return ::fnmatch(pattern.c_str(), text.c_str(), 0) == 0;
}

}  // namespace tracker
