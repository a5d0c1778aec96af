// SPDX-License-Identifier: GPL-2.0-or-later
//
// Datagrams that a UDP socket's queue had, and that somebody read or nobody did: by then an skb
// names neither device (dev_scratch is in its place) nor route nor socket, so that only an earlier
// sighting tells its namespace.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "harness/collection.h"
#include "harness/drop_expectation.h"
#include "harness/kernel_version.h"
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
  require_soon([&] { return sums_of(collection.file()).recorded >= kPackets; },
               "the drops of a closed socket");
  collection.stop();
  expect_drops(collection.file(),
               {"NOT_SPECIFIED", "udp_destruct_common", kPackets, flow, "", &pair.right});
}

constexpr char kShowsNoConsumes[] =
    "since 6.18 no tracepoint shows the end of a datagram that was read (6471658dc66c, "
    "skb_attempt_defer_free())";
bool shows_consumes() { return !kernel_version().is_at_least(6, 18); }

// A collection, ended, of datagrams that were read while `probes` watched the reader's namespace.
std::unique_ptr<Collection> record_read_datagrams(const Pair& pair,
                                                  const std::vector<std::string>& probes) {
  const Flow flow = flow_of(pair);
  auto collection =
      std::make_unique<Collection>(std::vector<const NetworkNamespace*>{&pair.right}, probes);
  const UniqueFd receiver = bound_socket(pair.right, flow.dest, SOCK_DGRAM);
  send_datagrams(pair.left, flow, kPackets);
  pair.settle();
  EXPECT_EQ(drain(receiver), kPackets);
  collection->stop();
  expect_nothing_lost(collection->file());
  return collection;
}

// What stands in the device's place must not be taken for one. The companions of kfree_skb saw
// where they came in.
TEST(UnreadDatagrams, ThatAreReadAfterAllAreConsumedInTheirNamespaceWithoutADevice) {
  if (!shows_consumes()) GTEST_SKIP() << kShowsNoConsumes;
  const Pair pair;
  const auto collection =
      record_read_datagrams(pair, {"--probe", "tp:skb:consume_skb", "--probe", "tp:skb:kfree_skb"});
  std::set<std::string> ids;
  for (const Json& event : view("print", collection->file(), {"-f", "udp port 7777"})) {
    EXPECT_TRUE(ids.insert(event.at("packet_id").dump()).second) << event.dump();
    EXPECT_EQ(text_at(event, "/probe/symbol"), "skb:consume_skb") << event.dump();
    EXPECT_EQ(text_at(event, "/netns/name"), pair.right.name()) << event.dump();
    EXPECT_FALSE(event.contains("dev")) << event.dump();
  }
  EXPECT_EQ(ids.size(), size_t{kPackets});
}

// Where nothing saw them come in, no namespace is made up for them either.
TEST(UnreadDatagrams, ThatAreReadAfterAllAreUnattributedWhereNothingElseIsWatched) {
  if (!shows_consumes()) GTEST_SKIP() << kShowsNoConsumes;
  const Pair pair;
  const auto collection = record_read_datagrams(pair, {"--probe", "tp:skb:consume_skb"});
  EXPECT_TRUE(view("print", collection->file(), {"-f", "udp port 7777"}).empty());
  EXPECT_GE(sums_of(collection->file()).unattributed, uint64_t{kPackets});
}

}  // namespace
}  // namespace tracker::kernel_test
