// SPDX-License-Identifier: GPL-2.0-or-later
//
// Journeys read out of blocks, compared with a naive reference that holds everything in memory.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <random>

#include "postprocess/journey_reader.h"
#include "postprocess/recording_source.h"
#include "storage/writer.h"
#include "tests/unit/postprocess_fixture.h"

namespace tracker::testing {
namespace {

struct Seen {
  Journey journey;
  std::vector<uint64_t> timestamps;
  std::vector<uint16_t> cpus;

  bool operator==(const Seen&) const = default;
};

class CollectingSink : public JourneySink {
 public:
  Result<bool> begin(const Journey& journey) override {
    seen.push_back({journey, {}, {}});
    return true;
  }
  Result<bool> steps(std::span<const Event* const> events) override {
    ++pieces;
    for (const Event* event : events) {
      EXPECT_EQ(event->packet_id, seen.back().journey.packet_id);
      seen.back().timestamps.push_back(event->timestamp_ns);
      seen.back().cpus.push_back(event->cpu);
    }
    return true;
  }
  Result<bool> end(const Journey& journey) override {
    EXPECT_EQ(journey, seen.back().journey);
    return seen.size() < limit;
  }

  std::vector<Seen> seen;
  size_t pieces = 0;
  size_t limit = SIZE_MAX;
};

std::vector<Seen> read(const MemorySource& source, const JourneyOptions& options = {}) {
  CollectingSink sink;
  const auto damaged = read_journeys(source, options, sink);
  EXPECT_TRUE(damaged.has_value());
  return sink.seen;
}

// The order that read_journeys promises, without its means.
std::vector<std::pair<uint64_t, std::vector<uint16_t>>> reference(
    const std::vector<std::vector<Event>>& blocks) {
  std::vector<Event> all;
  for (const auto& block : blocks) all.insert(all.end(), block.begin(), block.end());
  std::stable_sort(all.begin(), all.end(),
                   [](const Event& a, const Event& b) { return a.timestamp_ns < b.timestamp_ns; });
  std::vector<std::pair<uint64_t, std::vector<uint16_t>>> journeys;
  std::map<uint64_t, size_t> by_id;
  for (const Event& event : all) {
    const auto [place, is_new] = by_id.try_emplace(event.packet_id, journeys.size());
    if (is_new || event.packet_id == 0) {
      place->second = journeys.size();
      journeys.push_back({event.packet_id, {}});
    }
    journeys[place->second].second.push_back(event.cpu);
  }
  return journeys;
}

void expect_as_reference(const std::vector<std::vector<Event>>& blocks,
                         const JourneyOptions& options = {}) {
  const MemorySource source(blocks);
  const std::vector<Seen> seen = read(source, options);
  const auto expected = reference(blocks);
  ASSERT_EQ(seen.size(), expected.size());
  for (size_t i = 0; i < seen.size(); ++i) {
    ASSERT_EQ(seen[i].journey.packet_id, expected[i].first) << "journey " << i;
    ASSERT_EQ(seen[i].cpus, expected[i].second) << "journey " << i;
    ASSERT_TRUE(std::is_sorted(seen[i].timestamps.begin(), seen[i].timestamps.end()));
  }
}

// Cuts events into blocks; each event's cpu is its number, so that none is mistaken for another.
std::vector<std::vector<Event>> cut(std::vector<Event> events, size_t block_size) {
  std::vector<std::vector<Event>> blocks;
  for (size_t i = 0; i < events.size(); ++i) {
    if (i % block_size == 0) blocks.emplace_back();
    events[i].cpu = static_cast<uint16_t>(i);
    blocks.back().push_back(events[i]);
  }
  return blocks;
}

TEST(Journeys, AreGivenFirstSeenFirstWithTheirEventsInTimeOrder) {
  const MemorySource source({{EventBuilder(kReceiveProbe, 20, 7), EventBuilder(kQueueProbe, 10, 9)},
                             {EventBuilder(kFreeProbe, 30, 9), EventBuilder(kFreeProbe, 25, 7)}});
  const std::vector<Seen> seen = read(source);
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].journey.packet_id, 9U);
  EXPECT_EQ(seen[0].timestamps, (std::vector<uint64_t>{10, 30}));
  EXPECT_EQ(seen[0].journey.first_ns, 10U);
  EXPECT_EQ(seen[0].journey.last_ns, 30U);
  EXPECT_EQ(seen[0].journey.events, 2U);
  EXPECT_EQ(seen[1].timestamps, (std::vector<uint64_t>{20, 25}));
}

TEST(Journeys, OfARecordingWithoutEventsAreNone) {
  EXPECT_TRUE(read(MemorySource(std::vector<std::vector<Event>>{})).empty());
  EXPECT_TRUE(read(MemorySource(std::vector<std::vector<Event>>(2))).empty());
}

TEST(Journeys, AreTheSameThroughARecording) {
  std::mt19937_64 random(4);
  std::vector<Event> events;
  for (uint64_t i = 0; i < 50'000; ++i) {
    events.push_back(EventBuilder(kFreeProbe, 1'000'000'000 + i * 100 + random() % 3000,
                                  1 + i / 4 + random() % 50)
                         .cpu(static_cast<uint16_t>(i))
                         .drop(kNoSocket)
                         .packet(udp_packet(1, static_cast<uint16_t>(i), 2, 9)));
  }
  std::string folder = (std::filesystem::temp_directory_path() / "journeys-XXXXXX").string();
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  const std::string path = folder + "/tracker.db";
  const Session session = sample_session();
  auto writer = RecordingWriter::create(path, session, sample_names());
  ASSERT_TRUE(writer.has_value()) << writer.error().message;
  for (size_t i = 0; i < events.size(); i += 5000) {
    ASSERT_TRUE((*writer)->on_events({events.data() + i, 5000}, sample_names()));
    ASSERT_TRUE((*writer)->on_tick(session, sample_names()));
  }
  ASSERT_TRUE((*writer)->finish(session, sample_names()));
  const auto source = RecordingSource::open(path);
  ASSERT_TRUE(source.has_value()) << source.error().message;
  EXPECT_GE((*source)->blocks().size(), 10U);
  CollectingSink sink;
  const auto damaged = read_journeys(**source, {}, sink);
  ASSERT_TRUE(damaged.has_value() && damaged->empty());
  EXPECT_EQ(sink.seen, read(MemorySource({events})));
  EXPECT_GT(sink.seen.size(), 12'000U);
  std::filesystem::remove_all(folder);
}

TEST(Journeys, OfAHundredThousandInterleavedPacketsAreExact) {
  std::mt19937_64 random(1);
  std::vector<Event> events;
  for (uint64_t i = 0; i < 400'000; ++i) {
    // Each packet is seen four times, the times about 1,000 packets apart, stamps out of order.
    const uint64_t packet = i / 4 + random() % 1000;
    events.push_back(
        EventBuilder(kReceiveProbe, 1000 + i * 10 + random() % 200, 0x5f00 + packet % 100'000));
  }
  expect_as_reference(cut(std::move(events), 20'000));
}

TEST(Journeys, AreExactWhenEveryBlockOverlapsEveryOtherAndMemoryIsShort) {
  std::mt19937_64 random(2);
  std::vector<Event> events;
  for (uint64_t i = 0; i < 100'000; ++i) {
    events.push_back(EventBuilder(kReceiveProbe, 1 + random() % 1000, 1 + random() % 5000));
  }
  JourneyOptions options;
  options.memory_budget_bytes = 1;  // one block at a time
  expect_as_reference(cut(std::move(events), 1000), options);
}

TEST(Journeys, WithRandomIdsReadTheFileABoundedNumberOfTimes) {
  std::mt19937_64 random(3);
  std::vector<Event> events;
  for (uint64_t i = 0; i < 200'000; ++i) {
    events.push_back(EventBuilder(kReceiveProbe, 1 + i, random() % 50'000));
  }
  const auto blocks = cut(std::move(events), 1000);
  const MemorySource source(blocks);
  JourneyOptions options;
  options.memory_budget_bytes = 1;
  EXPECT_GT(read(source, options).size(), 49'000U);
  const uint64_t batches = 200'000 / EventFetcher::kBatchEvents + 1;
  EXPECT_LE(source.reads, blocks.size() * (batches + 1));
}

TEST(Journeys, OfManySmallBlocksReadEachBlockTwice) {
  std::vector<Event> events;
  for (uint64_t i = 0; i < 60'000; ++i) {
    events.push_back(EventBuilder(kReceiveProbe, 1 + i, 1 + i / 8 * 4 + i % 4));
  }
  const auto blocks = cut(std::move(events), 3);
  const MemorySource source(blocks);
  EXPECT_EQ(read(source).size(), 30'000U);
  EXPECT_EQ(source.reads, 2 * blocks.size());
  expect_as_reference(blocks);
}

TEST(Journeys, LargerThanABatchAreNotCut) {
  std::vector<Event> events;
  for (uint64_t i = 0; i < 100'000; ++i) {
    events.push_back(EventBuilder(kReceiveProbe, 1 + i, i % 10 == 3 ? 8 : 7));
  }
  events.push_back(EventBuilder(kFreeProbe, 200'000, 7).drop(kNoSocket));
  const MemorySource source(cut(events, 7000));
  CollectingSink sink;
  ASSERT_TRUE(read_journeys(source, {}, sink).has_value());
  ASSERT_EQ(sink.seen.size(), 2U);
  EXPECT_EQ(sink.seen[0].timestamps.size(), 90'001U);
  EXPECT_EQ(sink.seen[0].journey.events, 90'001U);
  EXPECT_EQ(sink.seen[0].journey.verdict.outcome, Outcome::kDropped);
  EXPECT_EQ(sink.seen[1].timestamps.size(), 10'000U);
  EXPECT_EQ(sink.pieces, 4U);
  expect_as_reference(cut(events, 7000));
}

TEST(Journeys, OfEventsWithoutAPacketIdAreOneEach) {
  const MemorySource source({{EventBuilder(kFreeProbe, 1, 0), EventBuilder(kFreeProbe, 2, 0)}});
  const std::vector<Seen> seen = read(source);
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].timestamps, std::vector<uint64_t>{1});
  EXPECT_EQ(seen[1].timestamps, std::vector<uint64_t>{2});
}

TEST(Journeys, NameTheirParentsAndChildrenOnce) {
  const MemorySource source({{EventBuilder(kReceiveProbe, 1, 5),
                              EventBuilder(kReceiveProbe, 2, 7).parent(5, ParentKind::kClone),
                              EventBuilder(kReceiveProbe, 3, 7).parent(5, ParentKind::kClone),
                              EventBuilder(kReceiveProbe, 4, 6).parent(5, ParentKind::kSegment)}});
  const std::vector<Seen> seen = read(source);
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_EQ(seen[0].journey.children, (std::vector<uint64_t>{6, 7}));
  EXPECT_TRUE(seen[0].journey.parents.empty());
  EXPECT_EQ(seen[1].journey.parents, (std::vector<Parent>{{5, ParentKind::kClone}}));
}

TEST(Journeys, AreSelectedWholeByOneMatchingEvent) {
  const MemorySource source({{EventBuilder(kQueueProbe, 1, 5).dev("eth0", 2),
                              EventBuilder(kQueueProbe, 2, 6).dev("eth1", 3),
                              EventBuilder(kFreeProbe, 3, 5).drop(kNoSocket),
                              EventBuilder(kFreeProbe, 4, 6).drop(kNotSpecified)}});
  JourneyOptions options;
  SelectionOptions typed;
  typed.reasons = {"NO_*"};
  options.selection =
      *Selection::compile(typed, source.session(), source.names(), source.session().end_ns);
  const std::vector<Seen> seen = read(source, options);
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].timestamps, (std::vector<uint64_t>{1, 3}));
}

TEST(Journeys, WithARejectedReasonAreTakenOut) {
  const MemorySource source({{EventBuilder(kQueueProbe, 1, 5), EventBuilder(kQueueProbe, 2, 6),
                              EventBuilder(kFreeProbe, 3, 5).drop(kNoSocket),
                              EventBuilder(kFreeProbe, 4, 6).drop(kNotSpecified)}});
  JourneyOptions options;
  SelectionOptions typed;
  typed.not_reasons = {"NO_SOCKET"};
  options.selection =
      *Selection::compile(typed, source.session(), source.names(), source.session().end_ns);
  const std::vector<Seen> seen = read(source, options);
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].journey.packet_id, 6U);
}

TEST(Journeys, CanBeLimitedToDrops) {
  const MemorySource source({{EventBuilder(kConsumeProbe, 1, 5), EventBuilder(kQueueProbe, 2, 6),
                              EventBuilder(kFreeProbe, 3, 7).drop(kNoSocket)}});
  JourneyOptions options;
  options.only_drops = true;
  const std::vector<Seen> seen = read(source, options);
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].journey.packet_id, 7U);
}

TEST(Journeys, EndWhenNobodyWantsMore) {
  const MemorySource source({{EventBuilder(kQueueProbe, 1, 5), EventBuilder(kQueueProbe, 2, 6),
                              EventBuilder(kQueueProbe, 3, 7)}});
  CollectingSink sink;
  sink.limit = 2;
  EXPECT_TRUE(read_journeys(source, {}, sink).has_value());
  EXPECT_EQ(sink.seen.size(), 2U);
}

TEST(Journeys, OfTheTimeOfADamagedBlockAreShownAndNotComplete) {
  MemorySource source({{EventBuilder(kQueueProbe, 1, 5), EventBuilder(kConsumeProbe, 2, 5)},
                       {EventBuilder(kQueueProbe, 10, 6), EventBuilder(kQueueProbe, 30, 6)},
                       {EventBuilder(kQueueProbe, 20, 7), EventBuilder(kConsumeProbe, 40, 7)}});
  source.damaged = 1;
  CollectingSink sink;
  const auto damaged = read_journeys(source, {}, sink);
  ASSERT_TRUE(damaged.has_value());
  ASSERT_EQ(damaged->size(), 1U);
  EXPECT_EQ(damaged_error(*damaged, 3).message,
            "1 of 3 blocks could not be read and 2 events are left out (block 2: its checksum is "
            "wrong); what could be read was shown");
  ASSERT_EQ(sink.seen.size(), 2U);
  EXPECT_TRUE(sink.seen[0].journey.is_complete());
  EXPECT_FALSE(sink.seen[1].journey.is_complete());
  EXPECT_EQ(sink.seen[1].journey.loss.unreadable_events, 2U);
}

TEST(Journeys, AreNotReadWhereABlockTableLiesAboutTimes) {
  MemorySource source({{EventBuilder(kQueueProbe, 1, 5), EventBuilder(kQueueProbe, 9, 5)}});
  source.mutable_blocks()[0].last_ns = 5;
  CollectingSink sink;
  const auto damaged = read_journeys(source, {}, sink);
  ASSERT_TRUE(damaged.has_value());
  ASSERT_EQ(damaged->size(), 1U);
  EXPECT_NE(damaged->front().problem.find("outside the time range"), std::string::npos);
}

TEST(Journeys, AreRefusedWhereTheTableClaimsMoreEventsThanCanBeCounted) {
  MemorySource source({{EventBuilder(kQueueProbe, 1, 5)}, {EventBuilder(kQueueProbe, 2, 5)}});
  source.mutable_blocks()[0].events = UINT32_MAX;
  CollectingSink sink;
  const auto damaged = read_journeys(source, {}, sink);
  ASSERT_FALSE(damaged.has_value());
  EXPECT_NE(damaged.error().message.find("more than 4,294,967,294 events"), std::string::npos);
}

}  // namespace
}  // namespace tracker::testing
