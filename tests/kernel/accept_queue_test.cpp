// SPDX-License-Identifier: GPL-2.0-or-later
//
// A listener whose accept queue is full. It turns SYNs away without calling that a drop (they are
// consumed); the last ACK of a handshake that began before is dropped.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/if_ether.h>
#include <sys/socket.h>

#include <vector>

#include "harness/collection.h"
#include "harness/drop_expectation.h"
#include "harness/kernel_version.h"
#include "harness/recording.h"
#include "harness/require.h"
#include "harness/tcp_connection.h"
#include "harness/wait.h"

namespace tracker::kernel_test {
namespace {

constexpr int kAcks = 5;
constexpr int kBacklog = 2;  // as many connections and one more wait to be accepted

uint32_t read32(const Frame& frame, size_t offset) {
  uint32_t value = 0;
  for (size_t i = 0; i < sizeof(value); ++i) value = value << 8 | frame.at(offset + i);
  return value;
}

// Sends a SYN and takes the answer from the wire; the value is the ACK that ends the handshake.
// Nobody may own the flow's source address, which would answer by itself.
Frame begin_handshake(const Pair& pair, const Flow& flow) {
  constexpr uint32_t kFirst = 1000;
  const UniqueFd wire = pair.left.open_socket(AF_PACKET, SOCK_RAW, htons(ETH_P_IP));
  const timeval patience{kPatience.count(), 0};
  require_call(setsockopt(wire.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)),
               "SO_RCVTIMEO");
  const auto from_left = [&](const TcpSegment& segment) {
    return tcp_frame(pair.left_end.mac, pair.right_end.mac, flow, segment);
  };
  send_frames(pair.left, pair.left_end.device, {from_left({kFirst, 0, kSyn, 0})});
  Frame answer(2048);
  do {
    answer.resize(2048);
    const ssize_t size = recv(wire.get(), answer.data(), answer.size(), 0);
    answer.resize(static_cast<size_t>(require_call(size, "cannot read the SYN's answer")));
  } while (answer.size() < kTransport + 14 || answer[kTransport + 13] != (kSyn | kAck));
  return from_left({kFirst + 1, read32(answer, kTransport + 4) + 1, kAck, 0});
}

TEST(AcceptQueue, ThatIsFullDropsTheLastAckOfAHandshake) {
  const Pair pair;
  const Endpoint server{pair.right_end.ipv4, 5000};
  const Flow flow{"TCP", {"10.1.0.77", 40000}, server};
  pair.right.ip(fmt::format("neigh add 10.1.0.77 lladdr {} dev {}\n", mac_text(pair.left_end.mac),
                            pair.right_end.device));
  const UniqueFd listener = bound_socket(pair.right, server, SOCK_STREAM);
  require_call(listen(listener.get(), kBacklog), "listen");
  const Frame last_ack = begin_handshake(pair, flow);
  std::vector<UniqueFd> waiting;
  for (uint16_t port = 50000; port <= 50000 + kBacklog; ++port) {
    waiting.push_back(start_connecting(pair.left, {"TCP", {pair.left_end.ipv4, port}, server}));
    ASSERT_EQ(connect_result(waiting.back()), 0);
  }

  Collection collection({&pair.right});
  deliver_copies(pair, kAcks, last_ack);
  const uint64_t overflows = pair.right.counter("TcpExt", "ListenOverflows");
  collection.stop();
  EXPECT_EQ(overflows, uint64_t{kAcks});
  expect_drops(collection.file(),
               {by_kernel("NOT_SPECIFIED", "NOT_SPECIFIED", "TCP_LISTEN_OVERFLOW"), "tcp_v4_rcv",
                kAcks, flow, pair.right_end.device, &pair.right});
}

}  // namespace
}  // namespace tracker::kernel_test
