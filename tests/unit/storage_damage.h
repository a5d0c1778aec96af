// SPDX-License-Identifier: GPL-2.0-or-later
//
// A sound recording to be damaged, and what is said of it afterwards.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "storage/reader.h"
#include "storage/verify.h"
#include "storage/writer.h"
#include "tests/unit/storage_sample.h"

namespace tracker::sample {

inline constexpr size_t kBlocks = 8;
inline constexpr size_t kEventsPerBlock = 400;

// Events whose references are in sample_names().
inline std::vector<Event> make_events(size_t count) {
  std::vector<Event> events = EventMaker(31).events(count);
  for (Event& event : events) {
    event.probe = static_cast<uint16_t>(event.probe % 3);
    event.cpu = static_cast<uint16_t>(event.cpu % 2);
    event.stack.index %= 2;
  }
  return events;
}

// A sound, cleanly ended recording whose counters are right.
inline void make_recording(const std::string& path) {
  const std::vector<Event> events = make_events(kBlocks * kEventsPerBlock);
  Session session = sample_session();
  session.counters.clear();
  for (uint16_t probe = 0; probe < 3; ++probe) {
    for (uint16_t cpu = 0; cpu < 2; ++cpu) {
      const auto count = std::count_if(events.begin(), events.end(), [&](const Event& event) {
        return event.probe == probe && event.cpu == cpu;
      });
      const auto recorded = static_cast<uint64_t>(count);
      session.counters.push_back({probe, cpu, recorded, 0, recorded, 0, 0, 0, 0, 0});
    }
  }
  auto writer = RecordingWriter::create(path, session, sample_names());
  ASSERT_TRUE(writer) << writer.error().message;
  for (size_t block = 0; block < kBlocks; ++block) {
    ASSERT_TRUE(writer.value()->on_events(
        std::span(events).subspan(block * kEventsPerBlock, kEventsPerBlock), sample_names()));
    ASSERT_TRUE(writer.value()->on_tick(session, sample_names()));
  }
  session.end_ns = 5;
  session.end_reason = "SIGINT";
  ASSERT_TRUE(writer.value()->finish(session, sample_names()));
}

inline std::string error_of_open(const std::string& path) {
  const auto reader = RecordingReader::open(path);
  return reader ? "no error" : reader.error().message;
}

// What a reader says of a recording that it reads as far as that goes.
inline std::string damage_of(const std::string& path) {
  const auto reader = RecordingReader::open(path);
  if (!reader) return "refused: " + reader.error().message;
  return reader.value()->damage() ? reader.value()->damage()->message : "no damage";
}

inline std::string damaged_text(const std::string& path, const std::string& what) {
  return fmt::format(
      "recording {0} is damaged ({1}); `tracker db verify {0}` says what can be read", path, what);
}

inline VerifyReport verify(const std::string& path) {
  const auto report = verify_recording(path);
  EXPECT_TRUE(report) << (report ? "" : report.error().message);
  return report ? report.value() : VerifyReport{};
}

// Reads whatever can be read, as every command does; the point is that it ends.
inline uint64_t read_what_can_be_read(const std::string& path) {
  const auto reader = RecordingReader::open(path);
  if (!reader) {
    EXPECT_FALSE(reader.error().message.empty());
    return 0;
  }
  uint64_t events = 0;
  std::vector<Event> block;
  for (size_t i = 0; i < reader.value()->blocks().size(); ++i) {
    if (reader.value()->read_block(i, block)) events += block.size();
  }
  return events;
}

}  // namespace tracker::sample
