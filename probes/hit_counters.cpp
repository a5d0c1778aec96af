// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/hit_counters.h"

#include "probes/per_cpu_map.h"
#include "probes/record.h"

namespace tracker {
namespace {

constexpr const char* kOfProbe = "a probe's counters";
constexpr const char* kOfCpu = "a CPU's counters";

tracker_counters sum_of_depths(const tracker_probe_counters& counters) {
  tracker_counters sum{};
  for (const tracker_counters& depth : counters.at_depth) {
    sum.seen += depth.seen;
    sum.filtered += depth.filtered;
    sum.recorded += depth.recorded;
    sum.ring_full += depth.ring_full;
    sum.unattributed += depth.unattributed;
    sum.untracked += depth.untracked;
  }
  return sum;
}

}  // namespace

Result<std::vector<ProbeCounters>> HitCounters::of_probe(uint32_t index) const {
  TRY_ASSIGN(values, read_per_cpu<tracker_probe_counters>(counters_map_, index, kOfProbe));
  std::vector<ProbeCounters> result;
  for (uint32_t cpu = 0; cpu < values.size(); ++cpu) {
    const tracker_counters value = sum_of_depths(values[cpu]);
    if (value.seen == 0) continue;
    ProbeCounters counters;
    counters.probe = static_cast<uint16_t>(index);
    counters.cpu = static_cast<uint16_t>(cpu);
    counters.seen = value.seen;
    counters.filtered = value.filtered;
    counters.recorded = value.recorded;
    counters.ring_full = value.ring_full;
    counters.unattributed = value.unattributed;
    counters.untracked = value.untracked;
    result.push_back(counters);
  }
  return result;
}

Result<uint64_t> HitCounters::too_deep(uint32_t index) const {
  TRY_ASSIGN(values, read_per_cpu<tracker_probe_counters>(counters_map_, index, kOfProbe));
  uint64_t count = 0;
  for (const tracker_probe_counters& of_cpu : values) count += of_cpu.too_deep;
  return count;
}

Result<std::vector<uint64_t>> HitCounters::lost_by_cpu() const {
  TRY_ASSIGN(values, read_per_cpu<tracker_cpu>(cpus_map_, 0, kOfCpu));
  std::vector<uint64_t> lost;
  lost.reserve(values.size());
  for (const tracker_cpu& value : values) lost.push_back(value.lost);
  return lost;
}

}  // namespace tracker
