// SPDX-License-Identifier: GPL-2.0-or-later
//
// What does not fit into a ring is counted, with its CPU and time, and journeys beside it say so.
#include <gtest/gtest.h>
#include <signal.h>

#include "harness/collection.h"
#include "harness/drop_expectation.h"
#include "harness/recording.h"
#include "harness/topology.h"

namespace tracker::kernel_test {
namespace {

constexpr uint64_t kPackets = 2000;

// The reader stands still while more is dropped than its smallest ring holds.
TEST(Loss, OfAFullRingIsCountedWithCpuAndTime) {
  const Pair pair;
  const Flow flow{"UDP", {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, 9}};
  Collection collection({&pair.left, &pair.right},
                        {"-p", "dropmon", "--probe", "tp:net:netif_receive_skb", "--ring-size",
                         "4K", "--fail-on-loss"});
  collection.process().send_signal(SIGSTOP);
  send_datagrams(pair.left, flow, kPackets);
  pair.settle();
  collection.process().send_signal(SIGCONT);
  const ProcessResult ended = collection.stop(1);
  EXPECT_NE(ended.err.find("lost: ring full "), std::string::npos) << ended.err;
  EXPECT_NE(ended.err.find(" lost (--fail-on-loss); a larger --ring-size"), std::string::npos)
      << ended.err;

  const Sums sums = sums_of(collection.file());
  EXPECT_GT(sums.lost, 0U);
  EXPECT_GT(sums.recorded, 0U);
  EXPECT_EQ(sums.seen, sums.filtered + sums.recorded + sums.lost);

  const Json stats = view("stats", collection.file()).at(0);
  uint64_t in_windows = 0;
  for (const Json& window : stats.at("losses")) in_windows += window.at("count").get<uint64_t>();
  EXPECT_EQ(in_windows, sums.lost);

  uint64_t drops_seen = 0;
  for (const Json& probe : stats.at("probes")) {
    if (text_at(probe, "/target") == "tp:skb:kfree_skb") drops_seen = probe.at("seen");
  }
  EXPECT_GE(drops_seen, kPackets);
  bool incomplete = false;
  for (const Json& journey : view("sort", collection.file()))
    incomplete = incomplete || !journey.at("complete").get<bool>();
  EXPECT_TRUE(incomplete);
}

TEST(Loss, OfNothingFailsNothing) {
  const Pair pair;
  Collection collection({&pair.left, &pair.right}, {"-p", "dropmon", "--fail-on-loss"});
  send_datagrams(pair.left, {"UDP", {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, 9}}, 7);
  pair.settle();
  collection.stop(0);
  EXPECT_EQ(sums_of(collection.file()).recorded, 7U);
}

}  // namespace
}  // namespace tracker::kernel_test
