// SPDX-License-Identifier: GPL-2.0-or-later
//
// Datagrams that a UDP socket's queue had, and that nobody read: by then an skb names neither
// device (dev_scratch is in its place) nor route nor socket, so that only an earlier sighting tells
// its namespace.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <filesystem>

#include "harness/collection.h"
#include "harness/drop_expectation.h"
#include "harness/recording.h"
#include "harness/topology.h"
#include "harness/traffic.h"
#include "harness/wait.h"

namespace tracker::kernel_test {
namespace {

constexpr int kPackets = 7;

Flow flow_of(const Pair& pair) {
  return {"UDP", {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, 7777}};
}

// The socket is taken apart a grace period after close(): the recording shows when.
TEST(UnreadDatagrams, OfASocketThatIsClosedAreDropsOfItsNamespace) {
  const Pair pair;
  const Flow flow = flow_of(pair);
  Collection collection({&pair.right});
  UniqueFd receiver = bound_socket(pair.right, flow.dest, SOCK_DGRAM);
  send_datagrams(pair.left, flow, kPackets);
  pair.settle();
  receiver.reset();
  require_soon(
      [&] {
        return std::filesystem::exists(collection.file()) &&
               sums_of(collection.file()).recorded >= kPackets;
      },
      "the drops of a closed socket");
  collection.stop();
  expect_drops(collection.file(),
               {"NOT_SPECIFIED", "udp_destruct_common", kPackets, flow, "", &pair.right});
}

}  // namespace
}  // namespace tracker::kernel_test
