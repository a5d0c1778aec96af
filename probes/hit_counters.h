// SPDX-License-Identifier: GPL-2.0-or-later
//
// HitCounters: what programs count of their hits, by probe and CPU, and what found no room in
// rings.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "event/session.h"

namespace tracker {

class HitCounters {
 public:
  // The maps `counters` and `cpus` of bpf/maps.h; they must outlive this.
  HitCounters(int counters_map, int cpus_map) : counters_map_(counters_map), cpus_map_(cpus_map) {}

  // Of probe `index`, one entry per CPU that saw a hit; reader and storage are 0.
  Result<std::vector<ProbeCounters>> of_probe(uint32_t index) const;
  // Hits of probe `index` that found all depths of interrupts taken: nothing was done.
  Result<uint64_t> too_deep(uint32_t index) const;
  // Records that each CPU could not put into its ring so far, by CPU.
  Result<std::vector<uint64_t>> lost_by_cpu() const;

 private:
  int counters_map_;
  int cpus_map_;
};

}  // namespace tracker
