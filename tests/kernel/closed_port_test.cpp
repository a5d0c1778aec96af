// SPDX-License-Identifier: GPL-2.0-or-later
//
// Packets to ports on which nothing listens.
#include <gtest/gtest.h>

#include <vector>

#include "harness/collection.h"
#include "harness/drop_expectation.h"
#include "harness/kernel_version.h"
#include "harness/topology.h"
#include "harness/traffic.h"

namespace tracker::kernel_test {
namespace {

constexpr int kPackets = 7;
constexpr uint16_t kClosed = 9;

TEST(ClosedPort, UdpOverIpv4IsNoSocket) {
  const Pair pair;
  const Flow flow{"UDP", {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, kClosed}};
  Collection collection({&pair.left, &pair.right});
  send_datagrams(pair.left, flow, kPackets);
  pair.settle();
  collection.stop();
  expect_only_drops(collection.file(), {"NO_SOCKET", udp_receive_place(), kPackets, flow,
                                        pair.right_end.device, &pair.right});
}

TEST(ClosedPort, UdpOverIpv6IsNoSocket) {
  const Pair pair(NetworkNamespace::Ipv6::kOn);
  const Flow flow{"UDP", {pair.left_end.ipv6, 40000}, {pair.right_end.ipv6, kClosed}};
  Collection collection({&pair.left, &pair.right});
  send_datagrams(pair.left, flow, kPackets);
  pair.settle();
  collection.stop();
  expect_drops(collection.file(), {"NO_SOCKET", udpv6_receive_place(), kPackets, flow,
                                   pair.right_end.device, &pair.right});
}

TEST(ClosedPort, TcpSynIsNoSocket) {
  const Pair pair;
  const Flow flow{"TCP", {pair.left_end.ipv4, 40001}, {pair.right_end.ipv4, kClosed}};
  Collection collection({&pair.left, &pair.right});
  for (int i = 0; i < kPackets; ++i) {
    EXPECT_EQ(connect_result(start_connecting(pair.left, flow)), ECONNREFUSED);
  }
  pair.settle();
  collection.stop();
  expect_drops(collection.file(),
               {"NO_SOCKET", "tcp_v4_rcv", kPackets, flow, pair.right_end.device, &pair.right});
}

}  // namespace
}  // namespace tracker::kernel_test
