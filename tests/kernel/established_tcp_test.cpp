// SPDX-License-Identifier: GPL-2.0-or-later
//
// Segments that an established connection drops. tcp_v4_rcv() clears skb->dev and the route is
// dropped too: the namespace is known from the socket (rx_sk, since 6.11) or from where the packet
// was seen before.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "harness/collection.h"
#include "harness/drop_expectation.h"
#include "harness/frame.h"
#include "harness/kernel_version.h"
#include "harness/recording.h"
#include "harness/require.h"
#include "harness/topology.h"
#include "harness/traffic.h"

namespace tracker::kernel_test {
namespace {

constexpr int kSegments = 5;
constexpr uint8_t kAck = 0x10, kPush = 0x08;

// A connection from left to right, and what the right end says of it.
class Connection {
 public:
  explicit Connection(const Pair& pair)
      : flow_{"TCP", {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, 5000}} {
    const UniqueFd listener = bound_socket(pair.right, flow_.dest, SOCK_STREAM);
    require_call(listen(listener.get(), 1), "listen");
    client_ = start_connecting(pair.left, flow_);
    server_.reset(require_call(accept(listener.get(), nullptr, nullptr), "accept"));
    // something to be old
    require_call(send(client_.get(), "0123456789", 10, 0), "send");
    char bytes[10];
    require(recv(server_.get(), bytes, sizeof(bytes), MSG_WAITALL) == 10, "cannot receive");
    ask_sequence_numbers();
  }

  const Flow& flow() const { return flow_; }
  uint32_t expected() const { return expected_; }  // the right end's RCV.NXT
  uint32_t sent() const { return sent_; }          // its SND.NXT

 private:
  uint32_t queue_sequence(int queue) const {
    require_call(setsockopt(server_.get(), IPPROTO_TCP, TCP_REPAIR_QUEUE, &queue, sizeof(queue)),
                 "TCP_REPAIR_QUEUE");
    uint32_t sequence = 0;
    socklen_t size = sizeof(sequence);
    require_call(getsockopt(server_.get(), IPPROTO_TCP, TCP_QUEUE_SEQ, &sequence, &size),
                 "TCP_QUEUE_SEQ");
    return sequence;
  }

  void ask_sequence_numbers() {
    constexpr int kOn = 1, kOffWithoutProbe = -1, kReceiveQueue = 1, kSendQueue = 2;
    require_call(setsockopt(server_.get(), IPPROTO_TCP, TCP_REPAIR, &kOn, sizeof(kOn)),
                 "TCP_REPAIR");
    expected_ = queue_sequence(kReceiveQueue);
    sent_ = queue_sequence(kSendQueue);
    require_call(setsockopt(server_.get(), IPPROTO_TCP, TCP_REPAIR, &kOffWithoutProbe,
                            sizeof(kOffWithoutProbe)),
                 "TCP_REPAIR");
  }

  Flow flow_;
  UniqueFd client_, server_;
  uint32_t expected_ = 0, sent_ = 0;
};

// Sends the segment to the right end while it is watched; the value is the recording.
void send_segments(const Pair& pair, const Connection& connection, const TcpSegment& segment) {
  const Frame frame = tcp_frame(pair.left_end.mac, pair.right_end.mac, connection.flow(), segment);
  send_frames(pair.left, pair.left_end.device, std::vector<Frame>(kSegments, frame));
  pair.settle();
}

TEST(EstablishedTcp, SegmentWithoutAckIsTcpFlags) {
  const Pair pair;
  const Connection connection(pair);
  Collection collection({&pair.right});
  send_segments(pair, connection, {connection.expected(), connection.sent(), kPush, 4});
  collection.stop();
  expect_drops(collection.file(),
               {"TCP_FLAGS", "tcp_v4_do_rcv", kSegments, connection.flow(), "", &pair.right});
}

TEST(EstablishedTcp, SegmentFarOverTheWindowIsDropped) {
  const Pair pair;
  const Connection connection(pair);
  Collection collection({&pair.right});
  send_segments(pair, connection,
                {connection.expected() + 100'000'000, connection.sent(), kAck, 4});
  collection.stop();
  expect_drops(collection.file(), {"TCP_INVALID_SEQUENCE", "tcp_validate_incoming", kSegments,
                                   connection.flow(), "", &pair.right});
}

TEST(EstablishedTcp, OldDataIsDropped) {
  const Pair pair;
  const Connection connection(pair);
  Collection collection({&pair.right});
  send_segments(pair, connection, {connection.expected() - 8, connection.sent(), kAck, 4});
  collection.stop();
  expect_drops(collection.file(),
               {by_kernel("TCP_INVALID_SEQUENCE", "TCP_OLD_SEQUENCE", "TCP_OLD_SEQUENCE"),
                "tcp_validate_incoming", kSegments, connection.flow(), "", &pair.right});
}

// Nothing of it may be counted for a namespace that has nothing to do with it.
TEST(EstablishedTcp, DropsOfOneNamespaceAreNotTakenForAnothers) {
  const Pair pair;
  const NetworkNamespace stranger("stranger");
  const Connection connection(pair);
  Collection collection({&stranger});
  send_segments(pair, connection, {connection.expected(), connection.sent(), kPush, 4});
  collection.stop();
  EXPECT_EQ(sums_of(collection.file()).recorded, 0U);
}

}  // namespace
}  // namespace tracker::kernel_test
