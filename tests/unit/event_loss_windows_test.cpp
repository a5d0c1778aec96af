// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/loss_windows.h"

#include <gtest/gtest.h>

#include <set>

namespace tracker {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;

uint64_t total(const LossWindows& windows) {
  uint64_t events = 0;
  for (const LossWindow& window : windows.all()) events += window.count;
  return events;
}

TEST(LossWindows, KeepsCpusAndDistantTimesApart) {
  LossWindows windows;
  windows.add({0, 1 * kSecond, 1 * kSecond, 1});
  windows.add({1, 1 * kSecond, 1 * kSecond, 2});
  windows.add({0, 5 * kSecond, 6 * kSecond, 3});
  EXPECT_EQ(windows.all(), (std::vector<LossWindow>{{0, kSecond, kSecond, 1},
                                                    {1, kSecond, kSecond, 2},
                                                    {0, 5 * kSecond, 6 * kSecond, 3}}));
}

TEST(LossWindows, JoinsWhatComesLateIntoTheWindowThatItTouches) {
  LossWindows windows;
  windows.add({0, 5 * kSecond, 6 * kSecond, 1});
  windows.add({0, 4 * kSecond, 5 * kSecond, 2});
  EXPECT_EQ(windows.all(), (std::vector<LossWindow>{{0, 4 * kSecond, 6 * kSecond, 3}}));
}

TEST(LossWindows, TurnsAWindowRoundWhoseEndsAreSwapped) {
  LossWindows windows;
  windows.add({0, 105, 100, 1});
  EXPECT_EQ(windows.all(), (std::vector<LossWindow>{{0, 100, 105, 1}}));
}

TEST(LossWindows, StaysWithinItsBoundAndLosesNoCount) {
  LossWindows windows(100);
  constexpr uint64_t kLosses = 50'000;
  for (uint64_t i = 1; i <= kLosses; ++i) {
    windows.add({static_cast<uint16_t>(i % 3), i * kSecond, i * kSecond + 10, 1});
    ASSERT_LE(windows.all().size(), 100U) << i;
  }
  EXPECT_EQ(total(windows), kLosses);
  // What is kept covers every loss, on its CPU.
  for (uint64_t i = 1; i <= kLosses; ++i) {
    bool covered = false;
    for (const LossWindow& window : windows.all())
      covered = covered || (window.cpu == i % 3 && window.from_ns <= i * kSecond &&
                            window.to_ns >= i * kSecond + 10);
    ASSERT_TRUE(covered) << i;
  }
}

// Two windows far apart, then many that are close to each other: those are joined first.
TEST(LossWindows, JoinsTheNearestFirst) {
  LossWindows windows(8);
  windows.add({0, 0, 1, 1});
  for (uint64_t i = 0; i < 100; ++i)
    windows.add({0, 1000 * kSecond + i * kSecond, 1000 * kSecond + i * kSecond, 1});
  EXPECT_EQ(windows.all().front(), (LossWindow{0, 0, 1, 1}));
  EXPECT_EQ(total(windows), 101U);
}

TEST(LossWindows, KeepsOneOfEachCpuWhateverTheBound) {
  LossWindows windows(4);
  std::set<uint16_t> cpus;
  for (uint16_t cpu = 0; cpu < 64; ++cpu) {
    windows.add({cpu, kSecond, UINT64_MAX, 1});
    windows.add({cpu, 0, 1, 1});
  }
  for (const LossWindow& window : windows.all()) cpus.insert(window.cpu);
  EXPECT_EQ(cpus.size(), 64U);
  EXPECT_EQ(total(windows), 128U);
  EXPECT_LE(windows.all().size(), 128U);
}

}  // namespace
}  // namespace tracker
