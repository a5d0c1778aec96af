// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/nearest_names.h"

#include <algorithm>
#include <cstddef>

#include "base/edit_distance.h"

namespace tracker {

std::vector<std::string> nearest_names(
    const std::string& typed, const std::vector<std::pair<std::string, std::string>>& candidates) {
  constexpr size_t kMost = 3;
  std::vector<std::pair<size_t, std::string>> near;
  for (const auto& [name, shown] : candidates) near.emplace_back(edit_distance(typed, name), shown);
  std::sort(near.begin(), near.end());
  std::vector<std::string> names;
  for (const auto& [distance, shown] : near) {
    if (names.empty() || (names.size() < kMost && distance * 2 <= typed.size()))
      names.push_back(shown);
  }
  return names;
}

}  // namespace tracker
