// SPDX-License-Identifier: GPL-2.0-or-later
//
// Routes that lead nowhere, for packets that come in (routing_test.cpp has those that go out).
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <string>
#include <vector>

#include "harness/collection.h"
#include "harness/drop_expectation.h"
#include "harness/frame.h"
#include "harness/kernel_version.h"
#include "harness/require.h"

namespace tracker::kernel_test {
namespace {

constexpr int kPackets = 5;

// Sends datagrams for each of the destinations.
void deliver_to(const Pair& pair, const std::vector<Flow>& flows) {
  std::vector<Frame> frames;
  for (const Flow& flow : flows) {
    const auto make_frame = flow.is_ipv6() ? ipv6_frame : ipv4_frame;
    frames.insert(frames.end(), kPackets,
                  make_frame(pair.left_end.mac, pair.right_end.mac, flow, 64, 8));
  }
  deliver(pair, frames);
}

TEST(RouteType, OfIpv4LeadsARoutersPacketsNowhere) {
  const Pair pair;
  pair.right.set("ipv4/ip_forward", "1");
  pair.right.ip(
      "route add blackhole 192.0.2.1\n"
      "route add unreachable 192.0.2.2\n"
      "route add prohibit 192.0.2.3\n");
  const auto flow = [&](const std::string& dest) {
    return Flow{"UDP", {pair.left_end.ipv4, 40000}, {dest, 9}};
  };
  Collection collection({&pair.right});
  deliver_to(pair, {flow("192.0.2.1"), flow("192.0.2.2"), flow("192.0.2.3")});
  collection.stop();
  const std::string& device = pair.right_end.device;
  expect_only_drops(
      collection.file(),
      {{"NOT_SPECIFIED", "ip_error", kPackets, flow("192.0.2.1"), device, &pair.right},
       {"NOT_SPECIFIED", "ip_error", kPackets, flow("192.0.2.2"), device, &pair.right},
       {"NOT_SPECIFIED", "ip_error", kPackets, flow("192.0.2.3"), device, &pair.right}});
}

TEST(RouteType, OfIpv6LeadsARoutersPacketsNowhere) {
  const Pair pair(NetworkNamespace::Ipv6::kOn);
  pair.right.set("ipv6/conf/all/forwarding", "1");
  pair.right.ip(
      "route add blackhole 2001:db8::1\n"
      "route add unreachable 2001:db8::2\n"
      "route add prohibit 2001:db8::3\n");
  const auto flow = [&](const std::string& dest) {
    return Flow{"UDP", {pair.left_end.ipv6, 40000}, {dest, 9}};
  };
  Collection collection({&pair.right});
  deliver_to(pair, {flow("2001:db8::1"), flow("2001:db8::2"), flow("2001:db8::3")});
  collection.stop();
  const std::string& device = pair.right_end.device;
  expect_drops(
      collection.file(),
      {{"NOT_SPECIFIED", "dst_discard_out", kPackets, flow("2001:db8::1"), device, &pair.right},
       {"IP_INNOROUTES", by_kernel("ip6_pkt_drop", "ip6_pkt_drop", "ip6_pkt_discard"), kPackets,
        flow("2001:db8::2"), device, &pair.right},
       {"IP_INNOROUTES", by_kernel("ip6_pkt_drop", "ip6_pkt_drop", "ip6_pkt_prohibit"), kPackets,
        flow("2001:db8::3"), device, &pair.right}});
}

}  // namespace
}  // namespace tracker::kernel_test
