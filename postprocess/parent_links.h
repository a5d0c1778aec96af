// SPDX-License-Identifier: GPL-2.0-or-later
//
// ParentLinks: which packets came from which, so that a journey can name its children. 16 bytes per
// link in memory.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "event/event.h"

namespace tracker {

class ParentLinks {
 public:
  void add(std::span<const Event> events) {
    for (const Event& event : events) {
      for (const Parent& parent : event.parents) {
        const bool is_link = parent.packet_id != 0 && event.packet_id != 0;
        if (is_link && parent.packet_id != event.packet_id) {
          links_.emplace_back(parent.packet_id, event.packet_id);
        }
      }
    }
  }

  // Once, after the last add() and before the first children().
  void finish() {
    std::sort(links_.begin(), links_.end());
    links_.erase(std::unique(links_.begin(), links_.end()), links_.end());
  }

  // Smallest id first; none for packet id 0.
  std::vector<uint64_t> children(uint64_t packet_id) const {
    std::vector<uint64_t> ids;
    auto link = std::lower_bound(links_.begin(), links_.end(), Link{packet_id, 0});
    for (; link != links_.end() && link->first == packet_id; ++link) ids.push_back(link->second);
    return ids;
  }

 private:
  using Link = std::pair<uint64_t, uint64_t>;  // parent, child
  std::vector<Link> links_;
};

}  // namespace tracker
