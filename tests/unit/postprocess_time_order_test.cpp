// SPDX-License-Identifier: GPL-2.0-or-later
#include "postprocess/time_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "postprocess/journey_index.h"
#include "tests/unit/postprocess_fixture.h"

namespace tracker::testing {
namespace {

// Blocks of ten events; those of block `number` begin at `starts[number]` and are one apart.
MemorySource blocks_from(const std::vector<uint64_t>& starts) {
  std::vector<std::vector<Event>> blocks;
  for (const uint64_t start : starts) {
    std::vector<Event>& events = blocks.emplace_back();
    for (uint64_t i = 0; i < 10; ++i) {
      events.push_back(EventBuilder(kReceiveProbe, start + i, blocks.size()));
    }
  }
  return MemorySource(std::move(blocks));
}

std::vector<uint64_t> times_of(TimeOrder& order) {
  std::vector<uint64_t> times;
  std::vector<EventKey> keys;
  for (order.next(keys, 7); !keys.empty(); order.next(keys, 7)) {
    for (const EventKey& key : keys) times.push_back(key.timestamp_ns);
  }
  return times;
}

// A block of 100 bytes can claim 65,536 events: memory for blocks that are open together is
// bounded.
TEST(TimeOrder, LeavesOutABlockThatOverlapsTooManyAndSaysWhich) {
  const MemorySource source = blocks_from({100, 101, 102, 200});
  EventFetcher fetcher(source);
  TimeOrder order(source, fetcher, 0, UINT64_MAX, {}, 25);
  const std::vector<uint64_t> times = times_of(order);
  EXPECT_EQ(times.size(), 30U);
  EXPECT_TRUE(std::is_sorted(times.begin(), times.end()));
  ASSERT_EQ(order.damaged().size(), 1U);
  EXPECT_EQ(order.damaged()[0].info.id, 3);
  EXPECT_EQ(order.damaged()[0].problem,
            "block 3: its times overlap those of more blocks than can be looked at together");
  EXPECT_EQ(source.reads, 3U) << "it is not decoded either";
}

TEST(TimeOrder, OpensABlockAfterThoseBeforeItWereClosed) {
  std::vector<uint64_t> starts;
  for (uint64_t i = 0; i < 50; ++i) starts.push_back(1000 + 9 * i);
  const MemorySource source = blocks_from(starts);
  EventFetcher fetcher(source);
  TimeOrder order(source, fetcher, 0, UINT64_MAX, {}, 20);
  EXPECT_EQ(times_of(order).size(), 500U);
  EXPECT_TRUE(order.damaged().empty());
}

TEST(JourneyIndex, IsNotMadeWhereItWouldTakeMoreThanHalfOfTheMachinesMemory) {
  EXPECT_TRUE(check_index_memory(0, 0));
  EXPECT_TRUE(check_index_memory(100'000'000, 8ULL << 30));
  const auto refused = check_index_memory(4'000'000'000, 8ULL << 30);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "sorting the 4000000000 events that the recording claims would take 78.2 GiB of "
            "memory, more than half of the 8.0 GiB of this machine; `tracker print` shows them "
            "without sorting");
  EXPECT_GT(machine_memory_bytes(), 64U << 20);
}

}  // namespace
}  // namespace tracker::testing
