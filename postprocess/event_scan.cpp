// SPDX-License-Identifier: GPL-2.0-or-later
#include "postprocess/event_scan.h"

namespace tracker {

Result<std::vector<DamagedBlock>> visit_in_time_order(
    const BlockSource& source, const Selection& selection,
    const std::function<Result<bool>(const Event&)>& visit) {
  TRY(EventFetcher::check_size(source));
  EventFetcher fetcher(source);
  TimeOrder order(source, fetcher, selection.since_ns(), selection.until_ns());
  std::vector<EventKey> keys;
  std::vector<uint32_t> ordinals;
  // A small first batch, so that the first screen is there at once.
  constexpr size_t kFirstBatch = 1024;
  size_t batch = kFirstBatch;
  for (order.next(keys, batch); !keys.empty(); order.next(keys, batch)) {
    batch = EventFetcher::kBatchEvents;
    ordinals.clear();
    for (const EventKey& key : keys) ordinals.push_back(key.ordinal);
    TRY_ASSIGN(events, fetcher.fetch(ordinals));
    for (const Event* event : events) {
      if (!selection.matches(*event)) continue;
      TRY_ASSIGN(wants_more, visit(*event));
      if (!wants_more) return order.damaged();
    }
  }
  return order.damaged();
}

std::vector<DamagedBlock> visit_in_file_order(const BlockSource& source, const Selection& selection,
                                              const std::function<void(const Event&)>& visit) {
  std::vector<DamagedBlock> damaged;
  std::vector<Event> events;
  for (size_t i = 0; i < source.blocks().size(); ++i) {
    const BlockInfo& block = source.blocks()[i];
    if (block.last_ns < selection.since_ns() || block.first_ns > selection.until_ns()) continue;
    if (auto read = source.read_block(i, events); !read) {
      damaged.push_back({block, read.error().message});
      continue;
    }
    for (const Event& event : events) {
      if (selection.matches(event)) visit(event);
    }
  }
  return damaged;
}

}  // namespace tracker
