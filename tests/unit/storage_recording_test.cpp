// SPDX-License-Identifier: GPL-2.0-or-later
//
// Writer to file to reader: what comes out is what went in.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "storage/block_format.h"
#include "storage/reader.h"
#include "storage/writer.h"
#include "tests/unit/storage_sample.h"

namespace tracker {
namespace {

using sample::EventMaker;
using sample::Folder;
using sample::sample_names;
using sample::sample_session;

std::unique_ptr<RecordingWriter> make_writer(const std::string& path) {
  auto writer = RecordingWriter::create(path, sample_session(), sample_names());
  EXPECT_TRUE(writer) << (writer ? "" : writer.error().message);
  return writer ? std::move(writer).value() : nullptr;
}

std::unique_ptr<RecordingReader> open_reader(const std::string& path) {
  auto reader = RecordingReader::open(path);
  EXPECT_TRUE(reader) << (reader ? "" : reader.error().message);
  return reader ? std::move(reader).value() : nullptr;
}

std::vector<Event> read_all(const RecordingReader& reader) {
  std::vector<Event> all;
  std::vector<Event> block;
  for (size_t i = 0; i < reader.blocks().size(); ++i) {
    const Result<void> read = reader.read_block(i, block);
    EXPECT_TRUE(read) << (read ? "" : read.error().message);
    EXPECT_EQ(block.size(), reader.blocks()[i].events);
    all.insert(all.end(), block.begin(), block.end());
  }
  return all;
}

void expect_same(const std::vector<Event>& got, const std::vector<Event>& expected) {
  ASSERT_EQ(got.size(), expected.size());
  for (size_t i = 0; i < got.size(); ++i) ASSERT_EQ(got[i], expected[i]) << "event " << i;
}

TEST(Recording, IsCompleteAndEmptyOnceCreated) {
  const Folder folder;
  const auto writer = make_writer(folder.file("a.db"));
  const auto reader = open_reader(folder.file("a.db"));
  EXPECT_EQ(reader->session(), sample_session());
  EXPECT_EQ(reader->names(), sample_names());
  EXPECT_TRUE(reader->blocks().empty());
}

TEST(Recording, GivesBackEventsOfEverySectionCombination) {
  const Folder folder;
  EventMaker maker(1);
  std::vector<Event> events;
  for (int round = 0; round < 4; ++round) {
    for (uint32_t sections = 0; sections <= kAllSections; ++sections) {
      events.push_back(maker.event(sections));
    }
  }
  const auto writer = make_writer(folder.file("a.db"));
  ASSERT_TRUE(writer->on_events(events, sample_names()));
  ASSERT_TRUE(writer->finish(sample_session(), sample_names()));
  expect_same(read_all(*open_reader(folder.file("a.db"))), events);
}

TEST(Recording, GivesBackRandomEventsOfManyBlocksAndTicks) {
  const Folder folder;
  EventMaker maker(2);
  const std::vector<Event> events = maker.events(3 * kMaxBlockEvents / 2);
  const auto writer = make_writer(folder.file("a.db"));
  for (size_t at = 0; at < events.size();) {
    const size_t count = std::min<size_t>(events.size() - at, 1 + maker.below(20'000));
    ASSERT_TRUE(writer->on_events(std::span(events).subspan(at, count), sample_names()));
    at += count;
    if (maker.below(4) != 0) continue;
    ASSERT_TRUE(writer->on_tick(sample_session(), sample_names()));
  }
  ASSERT_TRUE(writer->finish(sample_session(), sample_names()));
  EXPECT_EQ(writer->lost_events(), 0U);
  const auto reader = open_reader(folder.file("a.db"));
  EXPECT_GE(reader->blocks().size(), 2U);
  expect_same(read_all(*reader), events);
}

TEST(Recording, SaysEachBlocksTimeRange) {
  const Folder folder;
  std::vector<Event> events(3);
  events[0].timestamp_ns = 50;
  events[1].timestamp_ns = 20;
  events[2].timestamp_ns = UINT64_MAX;
  const auto writer = make_writer(folder.file("a.db"));
  ASSERT_TRUE(writer->on_events(events, sample_names()));
  ASSERT_TRUE(writer->on_tick(sample_session(), sample_names()));
  const auto reader = open_reader(folder.file("a.db"));
  ASSERT_EQ(reader->blocks().size(), 1U);
  EXPECT_EQ(reader->blocks()[0].events, 3U);
  EXPECT_EQ(reader->blocks()[0].first_ns, 20U);
  EXPECT_EQ(reader->blocks()[0].last_ns, UINT64_MAX);
  EXPECT_GT(reader->blocks()[0].stored_bytes, 0U);
  expect_same(read_all(*reader), events);
}

TEST(Recording, ShowsWhatEachTickAddedWhileItIsWritten) {
  const Folder folder;
  EventMaker maker(3);
  const auto writer = make_writer(folder.file("a.db"));
  std::vector<Event> written;
  for (size_t tick = 0; tick < 3; ++tick) {
    const std::vector<Event> events = maker.events(10);
    ASSERT_TRUE(writer->on_events(events, sample_names()));
    expect_same(read_all(*open_reader(folder.file("a.db"))), written);
    ASSERT_TRUE(writer->on_tick(sample_session(), sample_names()));
    written.insert(written.end(), events.begin(), events.end());
    expect_same(read_all(*open_reader(folder.file("a.db"))), written);
  }
}

TEST(Recording, KeepsNamesThatComeLater) {
  const Folder folder;
  const auto writer = make_writer(folder.file("a.db"));
  Names names = sample_names();
  names.probes.push_back({"tp", "net:net_dev_queue", std::nullopt, ProbeRole::kQueue});
  names.symbols[0x500] = {"early", 1, "veth"};
  names.reasons[1] = {"NOT_SPECIFIED", "core"};
  names.subsystems[2] = "mac80211_monitor";
  names.netns = {{1, 4026531840, "host"}, {UINT64_MAX, 4026532177, "left"}};
  names.netns.push_back({9, 10, "right"});
  names.interfaces.push_back({9, 3, "right0"});
  names.stacks.push_back({1, 2, 3});
  ASSERT_TRUE(writer->on_tick(sample_session(), names));
  EXPECT_EQ(open_reader(folder.file("a.db"))->names(), names);
}

TEST(Recording, ReplacesTheSessionAtEachTick) {
  const Folder folder;
  const auto writer = make_writer(folder.file("a.db"));
  Session session = sample_session();
  session.counters[0].recorded = 77;
  session.counters.push_back({2, 1, 1, 1, 0, 0, 0, 0, 0, 0});
  session.losses = {{0, 1, 2, 3}, {1, 4, 5, 6}};
  session.clocks.push_back({5, 6});
  session.attachments[0].missed = 99;
  ASSERT_TRUE(writer->on_tick(session, sample_names()));
  EXPECT_EQ(open_reader(folder.file("a.db"))->session(), session);

  session.losses.clear();
  session.counters.pop_back();
  session.end_ns = 12;
  session.end_reason = "SIGINT";
  ASSERT_TRUE(writer->finish(session, sample_names()));
  EXPECT_EQ(open_reader(folder.file("a.db"))->session(), session);
}

TEST(Recording, IsOneFileOnceFinished) {
  const Folder folder;
  const auto writer = make_writer(folder.file("a.db"));
  EXPECT_TRUE(std::filesystem::exists(folder.file("a.db-wal")));
  ASSERT_TRUE(writer->finish(sample_session(), sample_names()));
  size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    EXPECT_EQ(entry.path().filename(), "a.db");
    ++files;
  }
  EXPECT_EQ(files, 1U);
  EXPECT_EQ(writer->size_bytes(), std::filesystem::file_size(folder.file("a.db")));
}

TEST(Recording, CountsAnEventThatNoBlockCanHold) {
  const Folder folder;
  std::vector<Event> events(2);
  events[0].add(Section::kPacket);
  events[0].packet.bytes.resize(kMaxPacketBytes + 1);
  const auto writer = make_writer(folder.file("a.db"));
  const Result<void> handed = writer->on_events(events, sample_names());
  ASSERT_FALSE(handed);
  EXPECT_EQ(handed.error().message,
            "an event with 1048577 packet bytes and 0 parents is too large for a recording");
  EXPECT_EQ(writer->lost_events(), 1U);
  Session session = sample_session();
  ASSERT_TRUE(writer->finish(session, sample_names()));
  const auto reader = open_reader(folder.file("a.db"));
  expect_same(read_all(*reader), {events[1]});
  // The event of probe 0 on CPU 0 moves from recorded to lost, at its time.
  session.counters[0].recorded -= 1;
  session.counters[0].storage += 1;
  session.losses.push_back({0, 0, 0, 1});
  EXPECT_EQ(reader->session(), session);
}

TEST(Recording, SplitsLargePacketsIntoSeveralBlocks) {
  const Folder folder;
  std::vector<Event> events(20);
  for (size_t i = 0; i < events.size(); ++i) {
    events[i].add(Section::kPacket);
    events[i].packet.bytes.assign(kMaxPacketBytes, static_cast<uint8_t>(i));
  }
  const auto writer = make_writer(folder.file("a.db"));
  ASSERT_TRUE(writer->on_events(events, sample_names()));
  ASSERT_TRUE(writer->finish(sample_session(), sample_names()));
  const auto reader = open_reader(folder.file("a.db"));
  EXPECT_EQ(reader->blocks().size(), 2U);
  expect_same(read_all(*reader), events);
}

}  // namespace
}  // namespace tracker
