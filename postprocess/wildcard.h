// SPDX-License-Identifier: GPL-2.0-or-later
//
// Shell wildcards over names.
#pragma once

#include <fnmatch.h>

#include <algorithm>
#include <string>
#include <vector>

namespace tracker {

enum class LetterCase { kMatters, kIgnored };

// Whether `name` matches one of the patterns: * ? [...], slashes and leading dots like any other.
inline bool matches_any(const std::vector<std::string>& patterns, const std::string& name,
                        LetterCase letter_case = LetterCase::kMatters) {
  const int flags = letter_case == LetterCase::kIgnored ? FNM_CASEFOLD : 0;
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
    return ::fnmatch(pattern.c_str(), name.c_str(), flags) == 0;
  });
}

}  // namespace tracker
