// SPDX-License-Identifier: GPL-2.0-or-later
//
// Packets that the kernel's Open vSwitch drops, without ovs-vswitchd.
#include <gtest/gtest.h>

#include <cstdlib>

#include "harness/collection.h"
#include "harness/drop_expectation.h"
#include "harness/kernel_version.h"
#include "harness/open_vswitch.h"
#include "harness/recording.h"
#include "harness/require.h"
#include "harness/topology.h"
#include "harness/traffic.h"

namespace tracker::kernel_test {
namespace {

constexpr int kPackets = 7;

Flow flow_of(const Pair& pair) {
  return {"UDP", {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, 9}};
}

// A bridge with the right end in it; nullptr where the kernel, not one of the lab's, has none.
std::unique_ptr<OvsBridge> make_bridge(const Pair& pair) {
  std::unique_ptr<OvsBridge> bridge = OvsBridge::make(pair.right);
  if (bridge) bridge->add_port(pair.right_end.device);
  require(bridge || !std::getenv("TRACKER_LAB"), "the lab's kernel has no Open vSwitch");
  return bridge;
}
constexpr char kMissing[] = "the kernel has no Open vSwitch: runs in the lab";

// The bridge has the right end, so the last datagram takes another way: a CPU's queue of received
// packets is one for all devices.
void send_to_bridge(const Pair& pair) {
  send_datagrams(pair.left, flow_of(pair), kPackets);
  wait_until_delivered(pair.left, "127.0.0.1", pair.left, "127.0.0.2");
}

TEST(OpenVSwitch, UpcallThatNobodyTakesIsToldByThePlace) {
  const Pair pair;
  const std::unique_ptr<OvsBridge> bridge = make_bridge(pair);
  if (!bridge) GTEST_SKIP() << kMissing;
  Collection collection({&pair.left, &pair.right});
  send_to_bridge(pair);
  collection.stop();
  expect_only_drops(collection.file(), {"NOT_SPECIFIED", "ovs_dp_process_packet", kPackets,
                                        flow_of(pair), pair.right_end.device, &pair.right});
}

// No drop, and each packet's last word is consume_skb.
void expect_consumed(const std::string& file, const Flow& flow) {
  EXPECT_TRUE(view("drops", file).empty()) << run_tracker({"drops", file}).out;
  int journeys = 0;
  for (const Json& journey : view("sort", file)) {
    if (text_at(journey, "/flow") != flow.text()) continue;
    ++journeys;
    EXPECT_EQ(text_at(journey, "/verdict/outcome"), "consumed") << journey.dump();
    EXPECT_EQ(text_at(journey, "/verdict/probe"), "tp:skb:consume_skb") << journey.dump();
  }
  EXPECT_EQ(journeys, kPackets);
  expect_nothing_lost(file);
}

// Open vSwitch has reasons since 6.6; before, such a packet was not dropped but consumed.
TEST(OpenVSwitch, FlowWithoutActionsIsOvsDropLastActionOrConsumedBefore66) {
  const Pair pair;
  const std::unique_ptr<OvsBridge> bridge = make_bridge(pair);
  if (!bridge) GTEST_SKIP() << kMissing;
  bridge->add_flow_without_actions();
  const bool has_reason = kernel_version().is_at_least(6, 6);
  std::vector<std::string> arguments{"-p", "dropmon"};
  if (!has_reason) arguments.insert(arguments.end(), {"--probe", "tp:skb:consume_skb"});
  Collection collection({&pair.left, &pair.right}, arguments);
  send_to_bridge(pair);
  collection.stop();
  if (!has_reason) return expect_consumed(collection.file(), flow_of(pair));
  DropExpectation expected{"OVS_DROP_LAST_ACTION", "do_execute_actions",  kPackets,
                           flow_of(pair),          pair.right_end.device, &pair.right};
  expected.subsystem = "openvswitch";
  expect_only_drops(collection.file(), expected);
}

}  // namespace
}  // namespace tracker::kernel_test
