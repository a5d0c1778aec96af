// SPDX-License-Identifier: GPL-2.0-or-later
//
// Wall time of events across steps of the clock.
#include <gtest/gtest.h>

#include "collector/host_facts.h"

namespace tracker {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;
constexpr int64_t kEpoch = 1'700'000'000'000'000'000;

ClockReading at(uint64_t second, int64_t step_ns) {
  return {second * kSecond, kEpoch + static_cast<int64_t>(second * kSecond) + step_ns};
}

TEST(NoteClocks, AddsNothingWhileTheClocksAgree) {
  std::vector<ClockReading> readings{at(0, 0)};
  for (uint64_t second = 1; second < 1000; ++second) note_clocks(at(second, 900'000), readings);
  EXPECT_EQ(readings, std::vector<ClockReading>{at(0, 0)});
}

TEST(NoteClocks, AddsAStepForwardAndBack) {
  Session session;
  session.clocks = {at(0, 0)};
  constexpr int64_t kHour = 3600 * static_cast<int64_t>(kSecond);
  note_clocks(at(10, kHour), session.clocks);
  note_clocks(at(11, kHour), session.clocks);
  note_clocks(at(20, -kHour), session.clocks);
  EXPECT_EQ(session.clocks, (std::vector<ClockReading>{at(0, 0), at(10, kHour), at(20, -kHour)}));
  EXPECT_EQ(session.realtime_ns(5 * kSecond), at(5, 0).realtime_ns);
  EXPECT_EQ(session.realtime_ns(15 * kSecond), at(15, kHour).realtime_ns);
  EXPECT_EQ(session.realtime_ns(25 * kSecond), at(25, -kHour).realtime_ns);
}

// A correction of 2 ms a second for a month.
TEST(NoteClocks, KeepsABoundedNumberOfReadings) {
  std::vector<ClockReading> readings{at(0, 0)};
  uint64_t second = 0;
  for (; second < 2'600'000; ++second) {
    note_clocks(at(second, static_cast<int64_t>(second) * 2'000'000), readings);
    ASSERT_LE(readings.size(), kMaxClocks);
  }
  EXPECT_EQ(readings.front(), at(0, 0));
  EXPECT_EQ(readings.back().boottime_ns, (second - 1) * kSecond);
  for (size_t i = 1; i < readings.size(); ++i)
    ASSERT_LT(readings[i - 1].boottime_ns, readings[i].boottime_ns);
}

}  // namespace
}  // namespace tracker
