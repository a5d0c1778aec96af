// SPDX-License-Identifier: GPL-2.0-or-later
#include "postprocess/time_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace tracker {
namespace {

bool is_before(const EventKey& a, const EventKey& b) {
  return std::tie(a.timestamp_ns, a.ordinal) < std::tie(b.timestamp_ns, b.ordinal);
}

}  // namespace

struct TimeOrder::OpenBlock {
  std::vector<EventKey> keys;  // in time order
  size_t next = 0;

  const EventKey& head() const { return keys[next]; }
};

namespace {

// For std::push_heap, which keeps the largest first.
constexpr auto kIsLater = [](const auto& a, const auto& b) {
  return is_before(b->head(), a->head());
};

}  // namespace

TimeOrder::TimeOrder(const BlockSource& source, EventFetcher& fetcher, uint64_t since_ns,
                     uint64_t until_ns, BlockObserver observer, size_t max_open_events)
    : source_(source),
      fetcher_(fetcher),
      observer_(std::move(observer)),
      max_open_events_(max_open_events) {
  const std::vector<BlockInfo>& blocks = source.blocks();
  for (size_t i = blocks.size(); i-- > 0;) {
    const bool is_wanted = blocks[i].last_ns >= since_ns && blocks[i].first_ns <= until_ns;
    if (blocks[i].events != 0 && is_wanted) pending_.push_back(i);
  }
  std::stable_sort(pending_.begin(), pending_.end(), [&blocks](size_t a, size_t b) {
    return blocks[a].first_ns > blocks[b].first_ns;
  });
}

TimeOrder::~TimeOrder() = default;

Result<std::vector<EventKey>> TimeOrder::read_keys(size_t index) {
  const BlockInfo& info = source_.blocks()[index];
  if (info.events > max_open_events_ - open_events_) {
    return Error{
        fmt::format("block {}: its times overlap those of more blocks than can be looked at "
                    "together",
                    info.id)};
  }
  TRY_ASSIGN(events, fetcher_.block(index));
  std::vector<EventKey> keys = std::move(spare_keys_);
  keys.clear();
  keys.reserve(events.size());
  uint32_t ordinal = fetcher_.first_ordinal(index);
  bool is_sorted = true;
  for (const Event& event : events) {
    if (event.timestamp_ns < info.first_ns || event.timestamp_ns > info.last_ns) {
      return Error{
          fmt::format("block {}: it holds an event outside the time range that the block "
                      "table says",
                      info.id)};
    }
    is_sorted = is_sorted && (keys.empty() || keys.back().timestamp_ns <= event.timestamp_ns);
    keys.push_back({event.timestamp_ns, event.packet_id, ordinal++});
  }
  if (!is_sorted) std::sort(keys.begin(), keys.end(), is_before);
  if (observer_) observer_(events);
  return keys;
}

void TimeOrder::open(size_t index) {
  auto keys = read_keys(index);
  if (!keys) {
    damaged_.push_back({source_.blocks()[index], keys.error().message});
    return;
  }
  auto block = std::make_unique<OpenBlock>();
  block->keys = std::move(keys).value();
  open_events_ += block->keys.size();
  open_.push_back(std::move(block));
  std::push_heap(open_.begin(), open_.end(), kIsLater);
}

void TimeOrder::open_up_to(uint64_t timestamp_ns) {
  while (!pending_.empty() && source_.blocks()[pending_.back()].first_ns <= timestamp_ns) {
    const size_t index = pending_.back();
    pending_.pop_back();
    open(index);
  }
}

void TimeOrder::next(std::vector<EventKey>& keys, size_t limit) {
  keys.clear();
  while (keys.size() < limit) {
    while (open_.empty() && !pending_.empty()) {
      open_up_to(source_.blocks()[pending_.back()].first_ns);
    }
    if (open_.empty()) return;
    open_up_to(open_.front()->head().timestamp_ns);
    std::pop_heap(open_.begin(), open_.end(), kIsLater);
    OpenBlock& block = *open_.back();
    // All of this block that comes before anything else can.
    EventKey bound{UINT64_MAX, 0, UINT32_MAX};
    if (!pending_.empty()) bound = {source_.blocks()[pending_.back()].first_ns, 0, 0};
    if (open_.size() > 1 && is_before(open_.front()->head(), bound)) bound = open_.front()->head();
    do {
      keys.push_back(block.head());
      ++block.next;
    } while (block.next < block.keys.size() && keys.size() < limit &&
             is_before(block.head(), bound));
    if (block.next < block.keys.size()) {
      std::push_heap(open_.begin(), open_.end(), kIsLater);
    } else {
      open_events_ -= block.keys.size();
      spare_keys_ = std::move(block.keys);
      open_.pop_back();
    }
  }
}

Error damaged_error(const std::vector<DamagedBlock>& damaged, size_t blocks) {
  uint64_t events = 0;
  for (const DamagedBlock& block : damaged) events += block.info.events;
  return Error{
      fmt::format("{} of {} blocks could not be read and {} events are left out ({}); what "
                  "could be read was shown",
                  damaged.size(), blocks, events, damaged.front().problem)};
}

}  // namespace tracker
