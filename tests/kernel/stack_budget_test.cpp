// SPDX-License-Identifier: GPL-2.0-or-later
//
// Stacks for some drops: the first ones of each reason and place, and a bounded number a second.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "harness/clock.h"
#include "harness/collection.h"
#include "harness/kernel_version.h"
#include "harness/recording.h"
#include "harness/topology.h"
#include "harness/traffic.h"
#include "harness/wait.h"

namespace tracker::kernel_test {
namespace {

constexpr int kFlood = 200, kFew = 3;
constexpr uint64_t kSecondNs = 1'000'000'000;

// A flood of one closed port, and a few packets that another place drops.
std::vector<Json> drops_of_flood_and_few(const std::vector<std::string>& arguments) {
  const Pair pair;
  const Flow udp{"UDP", {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, 9}};
  const Flow tcp{"TCP", {pair.left_end.ipv4, 40001}, {pair.right_end.ipv4, 9}};
  Collection collection({&pair.left, &pair.right}, arguments);
  send_datagrams(pair.left, udp, kFlood);
  for (int i = 0; i < kFew; ++i) {
    EXPECT_EQ(connect_result(start_connecting(pair.left, tcp)), ECONNREFUSED);
  }
  pair.settle();
  collection.stop();
  std::vector<Json> drops;
  for (Json& event : view("print", collection.file(), {"--reason", "NO_SOCKET"})) {
    drops.push_back(std::move(event));
  }
  return drops;
}

bool is_at(const Json& event, const std::string& function) {
  return function_of(text_at(event, "/drop/location")) == function;
}

// What every drop says of its stack: it begins where the packet was dropped, or why there is none.
bool has_sound_stack(const Json& event) {
  if (!event.contains("stack")) {
    EXPECT_EQ(text_at(event, "/stack_omitted"), "budget") << event;
    return false;
  }
  EXPECT_FALSE(event.contains("stack_omitted")) << event;
  EXPECT_EQ(event["stack"].at(0), text_at(event, "/drop/location"));
  EXPECT_GT(event["stack"].size(), 5U) << event;
  return true;
}

TEST(StackBudget, FirstDropsOfAPlaceHaveStacksAndThenSomeEachSecond) {
  constexpr int kFirst = 5, kRate = 7;
  const auto drops =
      drops_of_flood_and_few({"-p", "dropmon", "--stack-first", std::to_string(kFirst),
                              "--stack-rate", std::to_string(kRate)});
  int of_flood = 0, of_few = 0;
  std::vector<uint64_t> later;  // stacks after the first ones
  for (const Json& event : drops) {
    const bool has_stack = has_sound_stack(event);
    if (is_at(event, "tcp_v4_rcv")) {
      EXPECT_TRUE(has_stack) << "a rare drop beside a flood: " << event;
      ++of_few;
    } else if (is_at(event, udp_receive_place())) {
      ++of_flood;
      EXPECT_TRUE(has_stack || of_flood > kFirst);
      if (has_stack && of_flood > kFirst) later.push_back(event["ts"].get<uint64_t>());
    }
  }
  EXPECT_EQ(of_flood, kFlood);
  EXPECT_EQ(of_few, kFew);
  ASSERT_GE(later.size(), static_cast<size_t>(kRate));
  EXPECT_LT(later.size(), static_cast<size_t>(kFlood - kFirst));
  for (size_t i = 2 * kRate; i < later.size(); ++i) {
    // any two windows one after the other are at least a second long
    EXPECT_GE(later[i] - later[i - 2 * kRate], kSecondNs);
  }
}

// A second whose stacks are all taken ends: a drop without one has a drop with one less than a
// second before it. What is waited for is the second itself.
TEST(StackBudget, IsThereAgainInTheNextSecond) {
  constexpr int kFirst = 1, kRate = 3;
  const Pair pair;
  const Flow flow{"UDP", {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, 9}};
  Collection collection({&pair.left, &pair.right},
                        {"-p", "dropmon", "--stack-first", std::to_string(kFirst), "--stack-rate",
                         std::to_string(kRate)});
  const uint64_t begun = boot_time_ns();
  int sent = 0;
  const bool is_over = wait_for([&] {
    send_datagrams(pair.left, flow, 1);
    ++sent;
    return boot_time_ns() > begun + kSecondNs + kSecondNs / 5;
  });
  ASSERT_TRUE(is_over);
  send_datagrams(pair.left, flow, 2 * kRate);  // had the CPU stood still since the second ended
  pair.settle();
  collection.stop();

  const auto events = view("print", collection.file(), {"--reason", "NO_SOCKET"});
  EXPECT_EQ(events.size(), static_cast<size_t>(sent + 2 * kRate));
  uint64_t last_stack = 0;
  int stacks = 0;
  for (const Json& event : events) {
    const auto time = event["ts"].get<uint64_t>();
    if (has_sound_stack(event)) {
      ++stacks;
      last_stack = time;
    } else {
      EXPECT_LT(time - last_stack, kSecondNs);
    }
  }
  EXPECT_GE(stacks, kFirst + 2 * kRate);
  EXPECT_LT(static_cast<size_t>(stacks), events.size());
}

TEST(StackBudget, OfNothingTakesNoStackAndSaysNothingOfIt) {
  const auto drops =
      drops_of_flood_and_few({"-p", "dropmon", "--stack-first", "0", "--stack-rate", "0"});
  EXPECT_GE(drops.size(), static_cast<size_t>(kFlood + kFew));
  for (const Json& event : drops) {
    EXPECT_FALSE(event.contains("stack") || event.contains("stack_omitted")) << event;
  }
}

TEST(StackBudget, IsNotForAProbeThatTakesEveryStack) {
  const auto drops = drops_of_flood_and_few(
      {"--probe", "tp:skb:kfree_skb/stack", "--stack-first", "1", "--stack-rate", "0"});
  EXPECT_GE(drops.size(), static_cast<size_t>(kFlood + kFew));
  for (const Json& event : drops) EXPECT_TRUE(has_sound_stack(event));
}

}  // namespace
}  // namespace tracker::kernel_test
