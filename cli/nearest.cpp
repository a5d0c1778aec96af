// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/nearest.h"

#include "base/edit_distance.h"

namespace tracker {

std::string nearest(const std::string& typed, const std::vector<std::string>& names) {
  std::string best;
  size_t smallest = typed.size() / 3 + 1;  // farther ones are no help
  for (const std::string& name : names) {
    size_t distance = edit_distance(typed, name);
    if (distance >= smallest) continue;
    smallest = distance;
    best = name;
  }
  return best;
}

}  // namespace tracker
