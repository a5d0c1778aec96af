// SPDX-License-Identifier: GPL-2.0-or-later
//
// What tc drops: a queue's limit, and classifiers on the way in and on the way out.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "harness/classifier.h"
#include "harness/collection.h"
#include "harness/drop_expectation.h"
#include "harness/kernel_version.h"
#include "harness/topology.h"
#include "harness/traffic.h"

namespace tracker::kernel_test {
namespace {

constexpr int kPackets = 7;

Flow flow_of(const Pair& pair) {
  return {"UDP", {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, 9}};
}

// What a queue on the left end's way out gives back to __dev_xmit_skb().
DropExpectation queue_drop(const Pair& pair) {
  return {"QDISC_DROP",
          kernel_version().is_at_least(7, 0)
              ? "__tcf_kfree_skb_list"  // seen on 7.3
              : by_kernel("kfree_skb_list_reason", "__dev_queue_xmit", "__dev_queue_xmit"),
          kPackets,
          flow_of(pair),
          pair.left_end.device,
          &pair.left};
}

// The bucket holds a packet of 242 bytes and fills too slowly for another one; the queue behind it
// holds four.
TEST(TrafficControl, QueueAtItsLimitIsQdiscDrop) {
  constexpr int kSent = 1 + 4 + kPackets;
  const Pair pair;
  const UniqueFd receiver = bound_socket(pair.right, flow_of(pair).dest, SOCK_DGRAM);
  pair.left.tc(fmt::format("qdisc add dev {} root tbf rate 8bit burst 300 limit 1000\n",
                           pair.left_end.device));
  Collection collection({&pair.left, &pair.right});
  send_datagrams(pair.left, flow_of(pair), kSent, 200);
  collection.stop();
  expect_only_drops(collection.file(), queue_drop(pair));
}

// Sends datagrams into netem with these options, which keeps `kept` of them.
void expect_netem_drops(const std::vector<std::string>& options, int kept) {
  const Pair pair;
  const UniqueFd receiver = bound_socket(pair.right, flow_of(pair).dest, SOCK_DGRAM);
  std::vector<std::string> command{
      "tc", "-n", pair.left.name(), "qdisc", "add", "dev", pair.left_end.device, "root", "netem"};
  command.insert(command.end(), options.begin(), options.end());
  const ProcessResult made = run_program(command);
  if (made.status != 0 && std::getenv("TRACKER_LAB") == nullptr)
    GTEST_SKIP() << "no netem here, runs in the lab: " << made.err;
  ASSERT_EQ(made.status, 0) << made.err;
  Collection collection({&pair.left, &pair.right});
  send_datagrams(pair.left, flow_of(pair), kept + kPackets);
  collection.stop();
  expect_only_drops(collection.file(), queue_drop(pair));
}

TEST(TrafficControl, NetemAtItsLimitIsQdiscDrop) {
  expect_netem_drops({"limit", "4", "delay", "100s"}, 4);
}

// The sender is told that they went out.
TEST(TrafficControl, LossByNetemIsQdiscDrop) { expect_netem_drops({"loss", "100%"}, 0); }

TEST(TrafficControl, ClassifierOnTheWayInIsTcIngress) {
  const Pair pair;
  drop_port_9(pair.right, pair.right_end.device, "ingress");
  Collection collection({&pair.left, &pair.right});
  send_datagrams(pair.left, flow_of(pair), kPackets);
  pair.settle();
  collection.stop();
  expect_only_drops(collection.file(),
                    {"TC_INGRESS", "__netif_receive_skb_core.constprop.0", kPackets, flow_of(pair),
                     pair.right_end.device, &pair.right});
}

TEST(TrafficControl, ClassifierOnTheWayOutIsTcEgress) {
  const Pair pair;
  drop_port_9(pair.left, pair.left_end.device, "egress");
  Collection collection({&pair.left, &pair.right});
  send_datagrams(pair.left, flow_of(pair), kPackets);
  collection.stop();
  expect_only_drops(collection.file(), {"TC_EGRESS", "__dev_queue_xmit", kPackets, flow_of(pair),
                                        pair.left_end.device, &pair.left});
}

}  // namespace
}  // namespace tracker::kernel_test
