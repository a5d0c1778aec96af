// SPDX-License-Identifier: GPL-2.0-or-later
#include "collector/counter_book.h"

#include <algorithm>

namespace tracker {

std::vector<ProbeCounters> CounterBook::settle(std::vector<ProbeCounters> kernel) const {
  for (ProbeCounters& counters : kernel) {
    auto found = entries_.find({counters.probe, counters.cpu});
    if (found == entries_.end()) continue;
    const Entry& entry = found->second;
    counters.filtered += entry.filtered;
    counters.reader += entry.reader;
    counters.recorded -= std::min(counters.recorded, entry.filtered + entry.reader);
  }
  return kernel;
}

}  // namespace tracker
