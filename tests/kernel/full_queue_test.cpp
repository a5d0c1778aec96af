// SPDX-License-Identifier: GPL-2.0-or-later
//
// Queues that nobody empties: a tun, a tap, a UDP socket.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "harness/collection.h"
#include "harness/drop_expectation.h"
#include "harness/kernel_version.h"
#include "harness/require.h"
#include "harness/topology.h"
#include "harness/traffic.h"
#include "harness/tun.h"

namespace tracker::kernel_test {
namespace {

constexpr int kPackets = 7;
constexpr int kRoom = 4;  // packets that the tun or tap holds

void expect_full_ring(const std::string& device, TunMode mode) {
  const NetworkNamespace netns("tun");
  const UniqueFd unread = open_tun(netns, device, mode, kRoom);
  const Flow flow{"UDP", {"10.2.0.1", 40000}, {"10.2.0.2", 9}};
  Collection collection({&netns});
  send_datagrams(netns, flow, kRoom + kPackets);
  collection.stop();
  expect_only_drops(collection.file(),
                    {"FULL_RING", "tun_net_xmit", kPackets, flow, device, &netns});
}

TEST(FullQueue, TunThatNobodyReadsIsFullRing) { expect_full_ring("tun7", TunMode::kTun); }

TEST(FullQueue, TapThatNobodyReadsIsFullRing) { expect_full_ring("tap7", TunMode::kTap); }

// How many datagrams fit depends on how the kernel counts their memory: the socket tells.
TEST(FullQueue, UdpReceiveBufferIsSocketRcvbuff) {
  constexpr int kSent = 60;
  const Pair pair;
  const Flow flow{"UDP", {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, 7777}};
  const UniqueFd receiver = bound_socket(pair.right, flow.dest, SOCK_DGRAM);
  const int size = 4096;
  require_call(setsockopt(receiver.get(), SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)), "SO_RCVBUF");
  Collection collection({&pair.left, &pair.right});
  send_datagrams(pair.left, flow, kSent, 500);
  pair.settle();
  collection.stop();
  const int delivered = drain(receiver);
  ASSERT_GT(delivered, 0);
  ASSERT_LT(delivered, kSent);
  expect_only_drops(
      collection.file(),
      {"SOCKET_RCVBUFF",
       by_kernel("udp_queue_rcv_one_skb", "udp_queue_rcv_one_skb", "udp_queue_rcv_one_skb"),
       static_cast<uint64_t>(kSent - delivered), flow, pair.right_end.device, &pair.right});
}

}  // namespace
}  // namespace tracker::kernel_test
