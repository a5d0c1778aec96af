// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace tracker {

// "a, b, c, ...": at most so many of the names, for a sentence; the dots where there are more.
inline std::string some_names(std::span<const std::string> names, size_t most) {
  std::string text;
  for (const std::string& name : names.first(names.size() < most ? names.size() : most))
    text += (text.empty() ? "" : ", ") + name;
  return names.size() > most ? text + ", ..." : text;
}

}  // namespace tracker
