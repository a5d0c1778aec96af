// SPDX-License-Identifier: GPL-2.0-or-later
#include "postprocess/event_fetcher.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

namespace tracker {
namespace {

constexpr size_t kAllocationOverhead = 16;

size_t memory_of(const std::vector<Event>& events) {
  size_t bytes = events.capacity() * sizeof(Event);
  for (const Event& event : events) {
    bytes += event.packet.bytes.capacity() + event.parents.capacity() * sizeof(Parent) +
             kAllocationOverhead;
  }
  return bytes;
}

}  // namespace

Result<void> EventFetcher::check_size(const BlockSource& source) {
  uint64_t total = 0;
  for (const BlockInfo& block : source.blocks()) {
    total += block.events;
    if (total >= std::numeric_limits<uint32_t>::max()) {
      return Error{
          "the recording holds more than 4,294,967,294 events, which is more than can be "
          "ordered"};
    }
  }
  return {};
}

EventFetcher::EventFetcher(const BlockSource& source, size_t budget_bytes)
    : source_(source), budget_bytes_(budget_bytes) {
  first_ordinals_.reserve(source.blocks().size() + 1);
  uint32_t total = 0;
  for (const BlockInfo& block : source.blocks()) {
    first_ordinals_.push_back(total);
    total += block.events;
  }
  first_ordinals_.push_back(total);
}

EventFetcher::Decoded* EventFetcher::find(size_t index) {
  const auto place = places_.find(index);
  return place == places_.end() ? nullptr : &*place->second;
}

void EventFetcher::use(Decoded& decoded) {
  decoded.used_by = fetch_number_;
  cache_.splice(cache_.begin(), cache_, places_.at(decoded.index));
}

// Puts into memory what there is room for.
EventFetcher::Decoded& EventFetcher::keep(Decoded decoded) {
  cached_bytes_ += decoded.bytes;
  cache_.push_front(std::move(decoded));
  places_[cache_.front().index] = cache_.begin();
  cache_.front().used_by = fetch_number_;
  return cache_.front();
}

EventFetcher::Decoded EventFetcher::take_spare() {
  if (spare_.empty()) return {};
  Decoded decoded = std::move(spare_.front());
  spare_.pop_front();
  return decoded;
}

Result<void> EventFetcher::decode(size_t index, Decoded& decoded) {
  decoded.index = index;
  ++blocks_decoded_;
  TRY(source_.read_block(index, decoded.events));
  const BlockInfo& info = source_.blocks()[index];
  if (decoded.events.size() != info.events) {
    return Error{
        fmt::format("block {}: it holds {} events and the block table says {}: the recording is "
                    "damaged",
                    info.id, decoded.events.size(), info.events)};
  }
  decoded.bytes = memory_of(decoded.events);
  largest_bytes_ = std::max(largest_bytes_, decoded.bytes);
  return {};
}

// Evicts what is not in use, longest unused first, until `bytes` more fit. False where they cannot;
// then nothing useful was lost, since whatever is left is in use.
bool EventFetcher::make_room(size_t bytes) {
  while (cached_bytes_ + bytes > budget_bytes_ && !cache_.empty() &&
         cache_.back().used_by != fetch_number_) {
    const auto evicted = std::prev(cache_.end());
    cached_bytes_ -= evicted->bytes;
    places_.erase(evicted->index);
    // One is kept to decode into; more would be memory outside the budget.
    if (spare_.empty()) {
      spare_.splice(spare_.begin(), cache_, evicted);
    } else {
      cache_.erase(evicted);
    }
  }
  return cache_.empty() || cached_bytes_ + bytes <= budget_bytes_;
}

Result<std::span<const Event>> EventFetcher::block(size_t index) {
  ++fetch_number_;
  if (Decoded* const cached = find(index)) {
    use(*cached);
    return std::span<const Event>(cached->events);
  }
  // Room for one like the largest, before decoding: afterwards would be one too many.
  make_room(largest_bytes_);
  Decoded decoded = take_spare();
  TRY(decode(index, decoded));
  make_room(decoded.bytes);
  return std::span<const Event>(keep(std::move(decoded)).events);
}

void EventFetcher::group_by_block(std::span<const uint32_t> ordinals) {
  wanted_.clear();
  groups_.clear();
  for (const uint32_t ordinal : ordinals) {
    wanted_.push_back({ordinal, static_cast<uint32_t>(wanted_.size())});
  }
  std::sort(wanted_.begin(), wanted_.end(),
            [](const Wanted& a, const Wanted& b) { return a.ordinal < b.ordinal; });
  for (size_t begin = 0; begin < wanted_.size();) {
    const auto after =
        std::upper_bound(first_ordinals_.begin(), first_ordinals_.end(), wanted_[begin].ordinal);
    const uint32_t block_end = *after;
    size_t end = begin;
    while (end < wanted_.size() && wanted_[end].ordinal < block_end) ++end;
    groups_.push_back({static_cast<size_t>(after - first_ordinals_.begin()) - 1, begin, end});
    begin = end;
  }
}

void EventFetcher::point_into(const Decoded& decoded, const Group& group) {
  const uint32_t first = first_ordinals_[group.block];
  for (size_t i = group.begin; i < group.end; ++i) {
    found_[wanted_[i].position] = &decoded.events[wanted_[i].ordinal - first];
  }
}

void EventFetcher::copy_from(const Decoded& decoded, const Group& group) {
  const uint32_t first = first_ordinals_[group.block];
  for (size_t i = group.begin; i < group.end; ++i) {
    Event& copy = copies_[copies_used_++];
    copy = decoded.events[wanted_[i].ordinal - first];
    found_[wanted_[i].position] = &copy;
  }
}

Result<void> EventFetcher::fetch_group(const Group& group) {
  Decoded decoded = take_spare();
  TRY(decode(group.block, decoded));
  if (make_room(decoded.bytes)) {
    point_into(keep(std::move(decoded)), group);
    return {};
  }
  // Copies of all that may still come, once: pointers into copies_ must stay valid.
  if (copies_used_ == 0 && copies_.size() < wanted_.size()) copies_.resize(wanted_.size());
  copy_from(decoded, group);
  spare_.clear();
  spare_.push_front(std::move(decoded));
  return {};
}

Result<std::span<const Event* const>> EventFetcher::fetch(std::span<const uint32_t> ordinals) {
  group_by_block(ordinals);
  found_.assign(wanted_.size(), nullptr);
  copies_used_ = 0;
  ++fetch_number_;
  // What is in memory first; it must not be evicted for the rest.
  const auto missing = std::partition(groups_.begin(), groups_.end(), [this](const Group& group) {
    return find(group.block) != nullptr;
  });
  for (auto group = groups_.begin(); group != missing; ++group) {
    Decoded& cached = *find(group->block);
    use(cached);
    point_into(cached, *group);
  }
  // The blocks with most of the events get what room there is.
  std::sort(missing, groups_.end(),
            [](const Group& a, const Group& b) { return a.end - a.begin > b.end - b.begin; });
  for (auto group = missing; group != groups_.end(); ++group) TRY(fetch_group(*group));
  return std::span<const Event* const>(found_);
}

}  // namespace tracker
