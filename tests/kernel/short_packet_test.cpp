// SPDX-License-Identifier: GPL-2.0-or-later
//
// Packets that end too early, or whose headers say so.
#include <gtest/gtest.h>

#include <vector>

#include "harness/collection.h"
#include "harness/drop_expectation.h"
#include "harness/frame.h"
#include "harness/kernel_version.h"
#include "harness/recording.h"

namespace tracker::kernel_test {
namespace {

constexpr int kPackets = 5;

Frame cut_to(Frame frame, size_t size) {
  frame.resize(size);
  return frame;
}

Frame with_byte(Frame frame, size_t offset, uint8_t value) {
  frame.at(offset) = value;
  return frame;
}

std::vector<Frame> copies_of_each(const std::vector<Frame>& frames) {
  std::vector<Frame> all;
  for (const Frame& frame : frames) all.insert(all.end(), kPackets, frame);
  return all;
}

// What there is is shown: no addresses where the header that has them is not all there or makes no
// sense, no ports where nobody can say where they are.
TEST(ShortPacket, OfIpv4IsTooSmallOrHasABadHeader) {
  const Pair pair;
  const Flow flow{"UDP", {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, 9}};
  const Flow without_ports{"UDP", {pair.left_end.ipv4}, {pair.right_end.ipv4}};
  const Frame whole = ipv4_frame(pair.left_end.mac, pair.right_end.mac, flow);
  Collection collection({&pair.left, &pair.right});
  deliver(pair, copies_of_each({
                    cut_to(whole, whole.size() - 4),    // less than the header says
                    with_byte(whole, kIpHeader, 0x4f),  // a header longer than the packet
                    with_byte(whole, kIpHeader, 0x44),  // one too short to be one
                    cut_to(whole, kIpHeader + 12),      // half of one
                }));
  collection.stop();
  const std::string& device = pair.right_end.device;
  expect_only_drops(
      collection.file(),
      {{"PKT_TOO_SMALL", "ip_rcv_core", kPackets, flow, device, &pair.right},
       {"IP_INHDR", "ip_rcv_core", kPackets, without_ports, device, &pair.right},
       {"IP_INHDR", "ip_rcv_core", 2 * kPackets, {"IPv4", {}, {}}, device, &pair.right}});
}

TEST(ShortPacket, OfUdpIsPktTooSmall) {
  const Pair pair;
  const Flow flow{"UDP", {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, 9}};
  const Frame whole = ipv4_frame(pair.left_end.mac, pair.right_end.mac, flow);
  Collection collection({&pair.left, &pair.right});
  deliver_copies(pair, kPackets, with_byte(whole, kTransport + 5, 100));
  collection.stop();
  expect_only_drops(collection.file(), {"PKT_TOO_SMALL", udp_receive_place(), kPackets, flow,
                                        pair.right_end.device, &pair.right});
}

TEST(ShortPacket, OfIpv6IsTooSmallOrHasABadHeader) {
  const Pair pair(NetworkNamespace::Ipv6::kOn);
  const Flow flow{"UDP", {pair.left_end.ipv6, 40000}, {pair.right_end.ipv6, 9}};
  const Frame whole = ipv6_frame(pair.left_end.mac, pair.right_end.mac, flow);
  Collection collection({&pair.left, &pair.right});
  deliver(pair, copies_of_each({
                    cut_to(whole, whole.size() - 4),  // less than the header says
                    cut_to(whole, kIpHeader + 12),    // half of a header
                }));
  collection.stop();
  const std::string& device = pair.right_end.device;
  expect_drops(collection.file(),
               {{"PKT_TOO_SMALL", "ip6_rcv_core", kPackets, flow, device, &pair.right},
                {"IP_INHDR", "ip6_rcv_core", kPackets, {"IPv6", {}, {}}, device, &pair.right}});
}

// Neighbour discovery must not come from further away than the link.
TEST(HopLimit, OfANeighbourSolicitationThatWasForwardedIsIpv6NdiscHopLimit) {
  const Pair pair(NetworkNamespace::Ipv6::kOn);
  const Flow flow{"ICMPv6", {pair.left_end.ipv6}, {pair.right_end.ipv6}, "neighbour solicitation"};
  Collection collection({&pair.left, &pair.right});
  deliver_copies(pair, kPackets,
                 neighbour_solicitation(pair.left_end.mac, pair.right_end.mac, flow, 254));
  collection.stop();
  expect_drops(collection.file(),
               {by_kernel("NOT_SPECIFIED", "IPV6_NDISC_HOP_LIMIT", "IPV6_NDISC_HOP_LIMIT"),
                "icmpv6_rcv", kPackets, flow, pair.right_end.device, &pair.right});
}

}  // namespace
}  // namespace tracker::kernel_test
