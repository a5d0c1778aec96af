// SPDX-License-Identifier: GPL-2.0-or-later
//
// A recording that is to have a certain size (--max-size): not much more, and not much less.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>

#include "storage/database.h"
#include "storage/reader.h"
#include "storage/writer.h"
#include "tests/unit/storage_sample.h"

namespace tracker {
namespace {

using sample::EventMaker;
using sample::Folder;

constexpr uint64_t kLimit = 1U << 20;
constexpr size_t kPacketBytes = 1400;
constexpr size_t kAtATime = 8;

enum class Payload { kRandom, kAlike };

// Packets kept whole, as by --snaplen 0.
std::vector<Event> whole_packets(EventMaker& maker, Payload payload) {
  std::vector<Event> events(kAtATime);
  for (Event& event : events) {
    event.timestamp_ns = 1'000'000'000 + maker.below(1000);
    event.add(Section::kPacket);
    event.packet.len = kPacketBytes;
    event.packet.bytes.assign(kPacketBytes, 7);
    if (payload == Payload::kAlike) continue;
    for (uint8_t& byte : event.packet.bytes) byte = static_cast<uint8_t>(maker.below(256));
  }
  return events;
}

// Writes until the recording says that it is full, with a tick after every `events_of_tick`;
// returns the events written.
size_t fill(const std::string& path, Payload payload, size_t events_of_tick) {
  auto writer =
      RecordingWriter::create(path, sample::sample_session(), sample::sample_names()).value();
  writer->set_limit(kLimit);
  EventMaker maker(7);
  size_t written = 0;
  // Packets that are all alike take a few bytes each.
  constexpr size_t kMost = 5'000'000;
  for (; !writer->is_full() && written < kMost; written += kAtATime) {
    EXPECT_TRUE(writer->on_events(whole_packets(maker, payload), sample::sample_names()));
    if ((written + kAtATime) % events_of_tick < kAtATime) {
      EXPECT_TRUE(writer->on_tick(sample::sample_session(), sample::sample_names()));
    }
  }
  EXPECT_TRUE(writer->is_full());
  EXPECT_TRUE(writer->finish(sample::sample_session(), sample::sample_names()));
  return written;
}

uint64_t events_in(const std::string& path) {
  uint64_t events = 0;
  const auto reader = RecordingReader::open(path).value();
  for (const BlockInfo& block : reader->blocks()) events += block.events;
  return events;
}

void expect_about_the_limit(const std::string& path) {
  EXPECT_GT(std::filesystem::file_size(path), kLimit * 95 / 100);
  EXPECT_LT(std::filesystem::file_size(path), kLimit * 105 / 100);
}

// One block of them alone would have 16 MiB.
TEST(Limit, IsNotPassedByMuchByPacketsThatDoNotCompress) {
  const Folder folder;
  for (const size_t events_of_tick : {size_t{400}, size_t{1'000'000}}) {
    const std::string path = folder.file("random.db");
    const size_t written = fill(path, Payload::kRandom, events_of_tick);
    EXPECT_EQ(events_in(path), written);
    expect_about_the_limit(path);
  }
}

// What is not compressed yet is not taken for what it will be.
TEST(Limit, IsReachedByPacketsThatCompress) {
  const Folder folder;
  const std::string path = folder.file("alike.db");
  const size_t written = fill(path, Payload::kAlike, 1'000'000'000);
  EXPECT_EQ(events_in(path), written);
  expect_about_the_limit(path);
}

// A reader in a transaction keeps the -wal as it is. Waiting for it would fill the kernel's rings.
TEST(Limit, IsNotWaitedForWhereAReaderHoldsTheRecording) {
  const Folder folder;
  const std::string path = folder.file("read.db");
  auto writer =
      RecordingWriter::create(path, sample::sample_session(), sample::sample_names()).value();
  writer->set_limit(kLimit);
  std::optional<Database> reader = Database::open(path, Database::Mode::kReadOnly).value();
  ASSERT_TRUE(reader->run("BEGIN"));
  ASSERT_TRUE(reader->query_integer("SELECT count(*) FROM block"));
  EventMaker maker(9);
  std::chrono::nanoseconds longest{0};
  while (!writer->is_full()) {
    EXPECT_TRUE(writer->on_events(whole_packets(maker, Payload::kRandom), sample::sample_names()));
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_TRUE(writer->on_tick(sample::sample_session(), sample::sample_names()));
    longest = std::max(longest, std::chrono::steady_clock::now() - begin);
  }
  EXPECT_LT(longest, std::chrono::milliseconds(Database::kBusyWaitMs));
  EXPECT_LE(std::filesystem::file_size(path) + std::filesystem::file_size(path + "-wal"),
            kLimit * 105 / 100);
  reader.reset();
  EXPECT_TRUE(writer->finish(sample::sample_session(), sample::sample_names()));
}

TEST(Limit, IsNoneWhereNoneWasSet) {
  const Folder folder;
  auto writer =
      RecordingWriter::create(folder.file("a.db"), sample::sample_session(), sample::sample_names())
          .value();
  EventMaker maker(8);
  for (int i = 0; i < 40; ++i) {
    EXPECT_TRUE(writer->on_events(whole_packets(maker, Payload::kRandom), sample::sample_names()));
  }
  EXPECT_FALSE(writer->is_full());
  EXPECT_TRUE(writer->finish(sample::sample_session(), sample::sample_names()));
  EXPECT_FALSE(writer->is_full());
}

}  // namespace
}  // namespace tracker
