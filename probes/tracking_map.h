// SPDX-License-Identifier: GPL-2.0-or-later
//
// TrackingMap: the map of packets under way (bpf/maps.h, `tracks`), from user space: how full it
// is, and forgetting what nobody ended.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/result.h"

namespace tracker {

class TrackingMap {
 public:
  // The maps `tracks`, of so many entries (0: nothing is tracked), and `cpus`; they must outlive
  // this.
  TrackingMap(int tracks_map, uint32_t entries, int cpus_map)
      : tracks_map_(tracks_map), entries_(entries), cpus_map_(cpus_map) {}

  // Forgets packets that have ended or were last seen before `before_ns` (CLOCK_BOOTTIME), when
  // more than half of the map is in use: most frees are silent, and what they leave behind must not
  // fill it. Looks at a part of the map (65,536 entries, of a very large one up to 524,288) and
  // goes on there the next time. The value is the number forgotten.
  Result<size_t> sweep(uint64_t before_ns);

 private:
  Result<uint64_t> in_use() const;
  Result<bool> sweep_some(uint64_t before_ns, size_t& forgotten);

  int tracks_map_;
  uint32_t entries_;
  int cpus_map_;
  std::optional<uint32_t> position_;  // where the last sweep stopped
  uint64_t swept_ = 0;
};

}  // namespace tracker
