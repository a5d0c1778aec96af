// SPDX-License-Identifier: GPL-2.0-or-later
#include "collector/drop_tally.h"

#include <algorithm>

#include "event/free_meaning.h"

namespace tracker {

Result<void> DropTally::on_events(std::span<const Event> events, const Names& names) {
  for (const Event& event : events) {
    if (!event.has(Section::kDrop) || event.probe >= names.probes.size() ||
        names.probes[event.probe].role != ProbeRole::kDropped)
      continue;
    if (free_meaning(event, names) != FreeMeaning::kLoss) {
      ++not_lost_;
      continue;
    }
    ++counts_[{event.drop.has_reason, event.drop.reason, event.drop.location}];
  }
  return {};
}

std::vector<DropTally::Row> DropTally::rows(const Names& names) const {
  std::map<std::pair<std::string, std::string>, uint64_t> merged;
  for (const auto& [key, count] : counts_) {
    const auto& [has_reason, reason, location] = key;
    merged[{has_reason ? names.reason_text(reason) : "", names.symbol_text(location)}] += count;
  }
  std::vector<Row> rows;
  rows.reserve(merged.size());
  for (const auto& [key, count] : merged) rows.push_back({key.first, key.second, count});
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Row& a, const Row& b) { return a.count > b.count; });
  return rows;
}

}  // namespace tracker
