// SPDX-License-Identifier: GPL-2.0-or-later
#include "collector/counter_book.h"

#include <algorithm>
#include <utility>

namespace tracker {

CounterBook::Entry& CounterBook::entry(uint16_t probe, uint32_t cpu) {
  if (probe >= entries_.size()) entries_.resize(probe + 1U);
  std::vector<Entry>& of_cpus = entries_[probe];
  if (cpu >= of_cpus.size()) of_cpus.resize(cpu + 1U);
  return of_cpus[cpu];
}

CounterBook::Entry CounterBook::look_up(const ProbeCounters& counters) const {
  if (counters.probe >= entries_.size()) return {};
  const std::vector<Entry>& of_cpus = entries_[counters.probe];
  return counters.cpu < of_cpus.size() ? of_cpus[counters.cpu] : Entry();
}

std::vector<ProbeCounters> CounterBook::settle(std::vector<ProbeCounters> kernel) const {
  for (ProbeCounters& counters : kernel) {
    const Entry entry = look_up(counters);
    counters.filtered += entry.filtered;
    counters.reader += entry.reader;
    counters.recorded -= std::min(counters.recorded, entry.filtered + entry.reader);
  }
  return kernel;
}

std::vector<ProbeCounters> CounterBook::settle_so_far(std::vector<ProbeCounters> kernel) const {
  for (ProbeCounters& counters : kernel) {
    counters.recorded = look_up(counters).taken;
    counters.seen = counters.filtered + counters.recorded + counters.lost();
  }
  return settle(std::move(kernel));
}

}  // namespace tracker
