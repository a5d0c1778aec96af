// SPDX-License-Identifier: GPL-2.0-or-later
//
// Frames with checksums that do not fit.
#include <gtest/gtest.h>

#include <vector>

#include "harness/collection.h"
#include "harness/drop_expectation.h"
#include "harness/frame.h"

namespace tracker::kernel_test {
namespace {

constexpr int kPackets = 7;

// Sends frames along `flow` with a wrong byte at `offset`.
void expect_checksum_drop(const std::string& protocol, size_t offset, const std::string& reason,
                          const std::string& function) {
  const Pair pair;
  const Flow flow{protocol, {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, 9}};
  Frame frame = ipv4_frame(pair.left_end.mac, pair.right_end.mac, flow);
  spoil(frame, offset);
  Collection collection({&pair.left, &pair.right});
  deliver_copies(pair, kPackets, frame);
  collection.stop();
  expect_only_drops(collection.file(),
                    {reason, function, kPackets, flow, pair.right_end.device, &pair.right});
}

TEST(BadChecksum, OfIpHeaderIsIpCsum) {
  expect_checksum_drop("UDP", kIpChecksum, "IP_CSUM", "ip_rcv_core");
}

TEST(BadChecksum, OfUdpIsUdpCsum) {
  expect_checksum_drop("UDP", kUdpChecksum, "UDP_CSUM", "__udp4_lib_rcv");
}

// IPv6 has no checksum of its own; only the datagram's can be wrong.
TEST(BadChecksum, OfUdpOverIpv6IsUdpCsum) {
  const Pair pair(NetworkNamespace::Ipv6::kOn);
  const Flow flow{"UDP", {pair.left_end.ipv6, 40000}, {pair.right_end.ipv6, 9}};
  Frame frame = ipv6_frame(pair.left_end.mac, pair.right_end.mac, flow);
  spoil(frame, kIpv6UdpChecksum);
  Collection collection({&pair.left, &pair.right});
  deliver_copies(pair, kPackets, frame);
  collection.stop();
  expect_drops(collection.file(),
               {"UDP_CSUM", "__udp6_lib_rcv", kPackets, flow, pair.right_end.device, &pair.right});
}

TEST(BadChecksum, OfTcpIsTcpCsum) {
  expect_checksum_drop("TCP", kTcpChecksum, "TCP_CSUM", "tcp_v4_rcv");
}

}  // namespace
}  // namespace tracker::kernel_test
