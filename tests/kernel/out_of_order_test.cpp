// SPDX-License-Identifier: GPL-2.0-or-later
//
// Drops out of TCP's out-of-order queue, a tree: its node lies where skb->dev does (rb_left), so
// the device of such a drop may be another skb.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <vector>

#include "harness/collection.h"
#include "harness/drop_expectation.h"
#include "harness/require.h"
#include "harness/tcp_connection.h"

namespace tracker::kernel_test {
namespace {

constexpr int kSegments = 5;

// Each of the segments in the middle has a neighbour on its left in the tree when a later one that
// covers it takes its place.
TEST(OutOfOrder, SegmentThatALaterOneCoversIsTcpOfomerge) {
  const Pair pair;
  const TcpConnection connection(pair);
  Collection collection({&pair.right});
  std::vector<Frame> frames;
  for (int i = 0; i < kSegments; ++i) {
    const int middle = 2000 + 4000 * i;
    frames.push_back(connection.segment(middle, 100));
    frames.push_back(connection.segment(middle - 1000, 100));
    frames.push_back(connection.segment(middle + 1000, 100));
    frames.push_back(connection.segment(middle - 10, 200));
  }
  deliver(pair, frames);
  const uint64_t merged = pair.right.counter("TcpExt", "TCPOFOMerge");
  collection.stop();
  EXPECT_EQ(merged, uint64_t{kSegments});
  expect_drops(collection.file(),
               {"TCP_OFOMERGE", "tcp_data_queue", kSegments, connection.flow(), "", &pair.right});
}

// Segments, each larger than the smallest receive buffer, that wait for what is missing before
// them.
class WaitingSegments {
 public:
  WaitingSegments() : connection_(with_large_frames(pair_)) {}

  const Pair& pair() const { return pair_; }
  const Flow& flow() const { return connection_.flow(); }

  void send() const {
    constexpr uint16_t kLarge = 2800;
    std::vector<Frame> frames;
    for (int i = 0; i < kSegments; ++i)
      frames.push_back(connection_.segment(1000 + 3000 * i, kLarge));
    deliver(pair_, frames);
  }

  // Makes the buffer so small that the next segment, which comes before them all, throws them out.
  void throw_out() {
    const int smallest = 1;
    require_call(
        setsockopt(connection_.server().get(), SOL_SOCKET, SO_RCVBUF, &smallest, sizeof(smallest)),
        "SO_RCVBUF");
    deliver_copies(pair_, 1, connection_.segment(100, 10));
    ASSERT_EQ(pair_.right.counter("TcpExt", "OfoPruned"), 1U);
  }

 private:
  static const Pair& with_large_frames(const Pair& pair) {
    pair.left.ip(fmt::format("link set {} mtu 4000\n", pair.left_end.device));
    pair.right.ip(fmt::format("link set {} mtu 4000\n", pair.right_end.device));
    return pair;
  }

  Pair pair_;
  TcpConnection connection_;
};

TEST(OutOfOrder, QueueThatNoLongerFitsIsTcpOfoQueuePrune) {
  WaitingSegments waiting;
  Collection collection({&waiting.pair().right});
  waiting.send();
  waiting.throw_out();
  collection.stop();
  expect_drops(collection.file(), {"TCP_OFO_QUEUE_PRUNE", "tcp_prune_ofo_queue", kSegments,
                                   waiting.flow(), "", &waiting.pair().right});
}

// What arrived before the collection was never seen; on 6.1, which names no socket with a drop, the
// skb itself has its owner (skb_set_owner_r()).
TEST(OutOfOrder, SegmentsFromBeforeTheCollectionAreAttributedByTheirOwner) {
  WaitingSegments waiting;
  waiting.send();
  Collection collection({&waiting.pair().right});
  waiting.throw_out();
  collection.stop();
  expect_drops(collection.file(), {"TCP_OFO_QUEUE_PRUNE", "tcp_prune_ofo_queue", kSegments,
                                   waiting.flow(), "", &waiting.pair().right});
}

}  // namespace
}  // namespace tracker::kernel_test
