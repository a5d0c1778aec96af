// SPDX-License-Identifier: GPL-2.0-or-later
//
// Segments that an established connection drops. tcp_v4_rcv() clears skb->dev and the route is
// dropped too: the namespace is known from the socket (rx_sk, since 6.11) or from where the packet
// was seen before.
#include <gtest/gtest.h>

#include "harness/collection.h"
#include "harness/drop_expectation.h"
#include "harness/kernel_version.h"
#include "harness/recording.h"
#include "harness/tcp_connection.h"

namespace tracker::kernel_test {
namespace {

constexpr int kSegments = 5;

TEST(EstablishedTcp, SegmentWithoutAckIsTcpFlags) {
  const Pair pair;
  const TcpConnection connection(pair);
  Collection collection({&pair.right});
  deliver_copies(pair, kSegments, connection.segment(0, 4, kPush));
  collection.stop();
  expect_drops(collection.file(),
               {"TCP_FLAGS", "tcp_v4_do_rcv", kSegments, connection.flow(), "", &pair.right});
}

TEST(EstablishedTcp, SegmentFarOverTheWindowIsDropped) {
  const Pair pair;
  const TcpConnection connection(pair);
  Collection collection({&pair.right});
  deliver_copies(pair, kSegments, connection.segment(100'000'000, 4));
  collection.stop();
  expect_drops(collection.file(), {"TCP_INVALID_SEQUENCE", "tcp_validate_incoming", kSegments,
                                   connection.flow(), "", &pair.right});
}

TEST(EstablishedTcp, OldDataIsDropped) {
  const Pair pair;
  const TcpConnection connection(pair);
  Collection collection({&pair.right});
  deliver_copies(pair, kSegments, connection.segment(-8, 4));
  collection.stop();
  expect_drops(collection.file(),
               {by_kernel("TCP_INVALID_SEQUENCE", "TCP_OLD_SEQUENCE", "TCP_OLD_SEQUENCE"),
                "tcp_validate_incoming", kSegments, connection.flow(), "", &pair.right});
}

// Nothing of it may be counted for a namespace that has nothing to do with it.
TEST(EstablishedTcp, DropsOfOneNamespaceAreNotTakenForAnothers) {
  const Pair pair;
  const NetworkNamespace stranger("stranger");
  const TcpConnection connection(pair);
  Collection collection({&stranger});
  deliver_copies(pair, kSegments, connection.segment(0, 4, kPush));
  collection.stop();
  EXPECT_EQ(sums_of(collection.file()).recorded, 0U);
}

}  // namespace
}  // namespace tracker::kernel_test
