// SPDX-License-Identifier: GPL-2.0-or-later
#include "postprocess/journey_index.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <deque>

#include "postprocess/amount_text.h"

namespace tracker {
namespace {

constexpr unsigned kPartitionBits = 10;
constexpr size_t kPartitions = size_t{1} << kPartitionBits;
constexpr size_t kKeysAtOnce = 8192;

// Twelve bytes, hence the id in halves.
struct Sighting {
  uint32_t id_high;
  uint32_t id_low;
  uint32_t number;

  uint64_t id() const { return uint64_t{id_high} << 32 | id_low; }
};
static_assert(sizeof(Sighting) == 12);

// Spreads ids over partitions. Ids that were chosen to meet in one cost sorting time, n log n of
// all events at worst, and nothing else.
size_t partition_of(uint64_t packet_id) {
  return (packet_id * 0x9e3779b97f4a7c15ULL) >> (64 - kPartitionBits);
}

// Links each event to the next one of the same packet. Numbers rise within a partition.
template <typename Partition>
void link(Partition& partition, std::vector<uint32_t>& next, std::vector<bool>& is_first) {
  std::sort(partition.begin(), partition.end(), [](const Sighting& a, const Sighting& b) {
    return a.id() != b.id() ? a.id() < b.id() : a.number < b.number;
  });
  const Sighting* before = nullptr;
  for (const Sighting& sighting : partition) {
    if (before != nullptr && before->id() == sighting.id()) {
      next[before->number] = sighting.number;
    } else {
      is_first[sighting.number] = true;
    }
    before = &sighting;
  }
}

}  // namespace

Result<void> check_index_memory(uint64_t events, uint64_t machine_bytes) {
  // A sighting, the chain, the place in the file, and what sorting rounds up.
  constexpr uint64_t kBytesPerEvent = sizeof(Sighting) + 4 + 4 + 1;
  if (events <= machine_bytes / 2 / kBytesPerEvent) return {};
  return Error{
      fmt::format("sorting the {} events that the recording claims would take {} of memory, more "
                  "than half of the {} of this machine; `tracker print` shows them without sorting",
                  events, size_text(events * kBytesPerEvent), size_text(machine_bytes))};
}

uint64_t machine_memory_bytes() {
  const long pages = ::sysconf(_SC_PHYS_PAGES);
  const long page_bytes = ::sysconf(_SC_PAGESIZE);
  if (pages <= 0 || page_bytes <= 0) return UINT64_MAX;
  return static_cast<uint64_t>(pages) * static_cast<uint64_t>(page_bytes);
}

JourneyIndex JourneyIndex::build(TimeOrder& order, uint32_t events_expected) {
  JourneyIndex index;
  // A deque grows without copies, and a partition is freed as soon as it is linked.
  std::vector<std::deque<Sighting>> partitions(kPartitions);
  std::vector<EventKey> keys;
  std::vector<uint32_t> without_id;
  uint32_t number = 0;
  for (order.next(keys, kKeysAtOnce); !keys.empty(); order.next(keys, kKeysAtOnce)) {
    for (const EventKey& key : keys) {
      if (key.ordinal != number && index.ordinals_.empty()) {
        index.ordinals_.reserve(events_expected);
        for (uint32_t i = 0; i < number; ++i) index.ordinals_.push_back(i);
      }
      if (!index.ordinals_.empty() || key.ordinal != number) index.ordinals_.push_back(key.ordinal);
      if (key.packet_id == 0) {
        without_id.push_back(number);
      } else {
        partitions[partition_of(key.packet_id)].push_back(
            {static_cast<uint32_t>(key.packet_id >> 32), static_cast<uint32_t>(key.packet_id),
             number});
      }
      ++number;
    }
  }
  index.next_.assign(number, kNone);
  index.is_first_.assign(number, false);
  for (const uint32_t alone : without_id) index.is_first_[alone] = true;
  for (auto& partition : partitions) {
    link(partition, index.next_, index.is_first_);
    std::deque<Sighting>().swap(partition);
  }
  return index;
}

}  // namespace tracker
