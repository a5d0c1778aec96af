// SPDX-License-Identifier: GPL-2.0-or-later
#include "postprocess/pace.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace tracker {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;

// Passes no time but what is slept and what the test adds.
class FakeClock : public PaceClock {
 public:
  uint64_t now_ns() override { return now; }
  Result<bool> sleep_until(uint64_t due_ns) override {
    log.push_back("sleep " + std::to_string(due_ns));
    if (ends) return false;
    now = due_ns + oversleep;
    return true;
  }

  uint64_t now = 5000 * kSecond;
  uint64_t oversleep = 0;
  bool ends = false;
  std::vector<std::string> log;
};

class PaceTest : public ::testing::Test {
 protected:
  Pace pace(double speed) {
    return Pace(clock_, speed, [this]() -> Result<bool> {
      clock_.log.emplace_back("show");
      return wants_more_;
    });
  }
  // Waits for each event; the clock's time since the start when it was due.
  std::vector<uint64_t> shown_at(Pace pace, const std::vector<uint64_t>& events) {
    const uint64_t start = clock_.now;
    std::vector<uint64_t> times;
    for (const uint64_t event_ns : events) {
      const auto waited = pace.wait_for(event_ns);
      EXPECT_TRUE(waited && *waited);
      times.push_back(clock_.now - start);
    }
    return times;
  }

  FakeClock clock_;
  bool wants_more_ = true;
};

using Times = std::vector<uint64_t>;

TEST_F(PaceTest, ShowsTheFirstEventAtOnceAndTheOthersAsLongAfterItAsTheyWere) {
  const Times events{77 * kSecond, 77 * kSecond + 1, 78 * kSecond, 78 * kSecond, 90 * kSecond};
  EXPECT_EQ(shown_at(pace(1), events), (Times{0, 1, kSecond, kSecond, 13 * kSecond}));
}

TEST_F(PaceTest, IsTenTimesAsFastAtSpeedTen) {
  const Times events{0, 1000, kSecond, 100 * kSecond};
  EXPECT_EQ(shown_at(pace(10), events), (Times{0, 100, kSecond / 10, 10 * kSecond}));
}

TEST_F(PaceTest, TakesTwiceAsLongAtSpeedOneHalf) {
  const Times events{3 * kSecond, 4 * kSecond, 3 * kSecond + 3};
  EXPECT_EQ(shown_at(pace(0.5), events), (Times{0, 2 * kSecond, 2 * kSecond}));
}

TEST_F(PaceTest, NeverSleepsAtInfiniteSpeed) {
  EXPECT_EQ(shown_at(pace(INFINITY), {1, UINT64_MAX, 5}), (Times{0, 0, 0}));
  EXPECT_EQ(clock_.log, std::vector<std::string>());
}

TEST_F(PaceTest, DoesNotAddUpWhatEverySleepTookTooLong) {
  clock_.oversleep = 60'000;
  Times events;
  for (uint64_t i = 0; i < 10'000; ++i) events.push_back(i * 1'000'000);
  const Times times = shown_at(pace(1), events);
  for (uint64_t i = 1; i < times.size(); ++i) ASSERT_EQ(times[i], i * 1'000'000 + 60'000);
}

TEST_F(PaceTest, CatchesUpWithoutSleepingAfterBeingLate) {
  Pace replay = pace(1);
  ASSERT_TRUE(*replay.wait_for(0));
  clock_.now += 10 * kSecond;  // whoever shows it was stopped
  for (const uint64_t event_ns : {kSecond, 5 * kSecond, 10 * kSecond}) {
    ASSERT_TRUE(*replay.wait_for(event_ns));
  }
  EXPECT_EQ(clock_.log, std::vector<std::string>());
  ASSERT_TRUE(*replay.wait_for(11 * kSecond));
  EXPECT_EQ(clock_.now, 5011 * kSecond);
}

TEST_F(PaceTest, ShowsWhatIsBufferedBeforeEachSleepAndOnlyThen) {
  EXPECT_EQ(shown_at(pace(1), {0, 0, 5, 5, 9}), (Times{0, 0, 5, 5, 9}));
  EXPECT_EQ(clock_.log, (std::vector<std::string>{"show", "sleep 5000000000005", "show",
                                                  "sleep 5000000000009"}));
}

TEST_F(PaceTest, EndsWhereTheSleepWasEnded) {
  Pace replay = pace(1);
  ASSERT_TRUE(*replay.wait_for(0));
  clock_.ends = true;
  const auto waited = replay.wait_for(kSecond);
  ASSERT_TRUE(waited);
  EXPECT_FALSE(*waited);
}

TEST_F(PaceTest, EndsWithoutASleepWhereNobodyWantsMore) {
  Pace replay = pace(1);
  ASSERT_TRUE(*replay.wait_for(0));
  wants_more_ = false;
  const auto waited = replay.wait_for(kSecond);
  ASSERT_TRUE(waited);
  EXPECT_FALSE(*waited);
  EXPECT_EQ(clock_.log, std::vector<std::string>{"show"});
}

TEST_F(PaceTest, KeepsToTheNanosecondOverTheLongestRecording) {
  const uint64_t years = 100ULL * 365 * 86'400 * kSecond;
  EXPECT_EQ(shown_at(pace(1), {1, years + 1}), (Times{0, years}));
}

// A recording from anybody names any times, and any speed can be typed.
TEST_F(PaceTest, WaitsForTimesBeyondTheClocksRangeWithoutOverflow) {
  for (const double speed : {1.0, 1e-300, 5e-324}) {
    Pace replay = pace(speed);
    clock_.ends = true;
    clock_.log.clear();
    ASSERT_TRUE(*replay.wait_for(0));
    EXPECT_FALSE(*replay.wait_for(UINT64_MAX));
    EXPECT_EQ(clock_.log, (std::vector<std::string>{"show", "sleep 9223372036854775807"}));
  }
}

TEST(ParseSpeed, TakesNumbersAboveZeroAndMax) {
  EXPECT_EQ(parse_speed("1").value(), 1.0);
  EXPECT_EQ(parse_speed("0.5").value(), 0.5);
  EXPECT_EQ(parse_speed("1e3").value(), 1000.0);
  EXPECT_EQ(parse_speed("max").value(), INFINITY);
}

TEST(ParseSpeed, RefusesEverythingElseWithTheForms) {
  for (const char* text : {"", "0", "-1", "0x10", "1x", " 1", "nan", "inf", "infinity", "1e999",
                           "1e-999", "MAX", "maximum", "10 "}) {
    const auto speed = parse_speed(text);
    ASSERT_FALSE(speed) << text;
    EXPECT_EQ(speed.error().kind, ErrorKind::kWrongUsage);
    EXPECT_EQ(speed.error().message,
              "--speed '" + std::string(text) +
                  "' is not a speed; give a number above 0 (1 is the pace of the recording, 10 ten "
                  "times as fast) or max");
  }
}

}  // namespace
}  // namespace tracker
