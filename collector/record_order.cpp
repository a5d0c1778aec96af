// SPDX-License-Identifier: GPL-2.0-or-later
#include "collector/record_order.h"

#include <algorithm>

namespace tracker {

void RecordOrder::add(uint32_t cpu, uint64_t timestamp_ns, std::span<const std::byte> record) {
  constexpr size_t kAlignment = alignof(uint64_t);
  entries_.push_back({timestamp_ns, cpu, static_cast<uint32_t>(record.size()), bytes_.size()});
  bytes_.insert(bytes_.end(), record.begin(), record.end());
  bytes_.resize((bytes_.size() + kAlignment - 1) / kAlignment * kAlignment);
}

void RecordOrder::release(uint64_t until_ns, const Callback& callback) {
  std::stable_sort(entries_.begin(), entries_.end(),
                   [](const Entry& a, const Entry& b) { return a.timestamp_ns < b.timestamp_ns; });
  auto kept = std::upper_bound(
      entries_.begin(), entries_.end(), until_ns,
      [](uint64_t until, const Entry& entry) { return until < entry.timestamp_ns; });
  for (auto entry = entries_.begin(); entry != kept; ++entry)
    callback(entry->cpu, {bytes_.data() + entry->offset, entry->size});

  std::vector<std::byte> rest;
  std::vector<Entry> rest_entries;
  std::swap(rest, bytes_);
  rest_entries.assign(kept, entries_.end());
  entries_.clear();
  for (const Entry& entry : rest_entries)
    add(entry.cpu, entry.timestamp_ns, {rest.data() + entry.offset, entry.size});
  if (bytes_.empty()) {  // keep the large allocation for the next round
    rest.clear();
    std::swap(rest, bytes_);
  }
}

}  // namespace tracker
