// SPDX-License-Identifier: GPL-2.0-or-later
//
// More packets under way than the tracking map has room for: what finds none is counted, and its
// sightings are taken for as many packets. Those not seen for ten seconds are forgotten, and there
// is room again.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <map>

#include "harness/collection.h"
#include "harness/recorded_events.h"
#include "harness/recording.h"
#include "harness/topology.h"
#include "harness/traffic.h"
#include "harness/wait.h"

namespace tracker::kernel_test {
namespace {

constexpr int kRoom = 64;
constexpr int kUnderWay = 100;
constexpr int kAfterwards = 40;
constexpr uint16_t kWaiting = 40000, kAsking = 40001, kLater = 40002;  // ports that they come from

// How many packets from this port were seen once, twice, ...
std::map<int, int> packets_by_sightings(const std::string& file, uint16_t port) {
  std::map<uint64_t, int> sightings;  // by packet id
  for_each_ip_packet(file, [&](const Event& event, const Packet& packet) {
    if (packet.udp && packet.udp->source_port == port) ++sightings[event.packet_id];
  });
  std::map<int, int> packets;
  for (const auto& [id, count] : sightings) ++packets[count];
  return packets;
}

// A way that no queue holds up.
Flow over_lo(uint16_t port) { return {"UDP", {"127.0.0.1", port}, {"127.0.0.1", 7777}}; }

// Sends datagrams one by one, each when the recording has both sightings of the one before, until
// these are one packet's; returns how many.
int send_until_one_is_tracked(const NetworkNamespace& netns, const std::string& file) {
  int sent = 0;
  const auto is_tracked = [&] {
    std::map<int, int> packets = packets_by_sightings(file, kAsking);
    if (packets[1] == 2 * sent) {
      send_datagrams(netns, over_lo(kAsking), 1);
      ++sent;
    }
    return packets[2] > 0;
  };
  require_soon(is_tracked, "room in the tracking map");
  return sent;
}

// Those that fill the map wait in a queue, but for the first, which waits in its receiver's:
// nothing else gets their addresses, and only a sweep makes room.
TEST(TrackingMap, ThatIsFullHasRoomAgainOnceItIsSwept) {
  const Pair pair;
  const Flow waiting{"UDP", {pair.left_end.ipv4, kWaiting}, {pair.right_end.ipv4, 7777}};
  const UniqueFd receiver = bound_socket(pair.right, waiting.dest, SOCK_DGRAM);
  const UniqueFd receiver_on_lo = bound_socket(pair.left, over_lo(kAsking).dest, SOCK_DGRAM);
  pair.left.tc(fmt::format("qdisc add dev {} root tbf rate 8bit burst 300 limit 1000000\n",
                           pair.left_end.device));
  Collection collection({&pair.left},
                        {"--probe", "tp:net:net_dev_queue", "--probe", "tp:net:net_dev_start_xmit",
                         "--track-size", std::to_string(kRoom)});
  send_datagrams(pair.left, waiting, kUnderWay, 200);
  const auto asked = send_until_one_is_tracked(pair.left, collection.file());
  send_datagrams(pair.left, over_lo(kLater), kAfterwards);
  const std::string said = collection.stop().err;

  using Packets = std::map<int, int>;
  EXPECT_EQ(packets_by_sightings(collection.file(), kWaiting),
            (Packets{{1, kUnderWay - 1}, {2, 1}}));
  ASSERT_GT(asked, 1) << "the map was never full";
  EXPECT_EQ(packets_by_sightings(collection.file(), kAsking),
            (Packets{{1, 2 * (asked - 1)}, {2, 1}}));
  EXPECT_EQ(packets_by_sightings(collection.file(), kLater), (Packets{{2, kAfterwards}}));
  // The sweep may come between the two sightings of one.
  const uint64_t untracked = sums_of(collection.file()).untracked;
  EXPECT_LE(untracked, uint64_t{kUnderWay - kRoom} + 2 * (asked - 1));
  EXPECT_GE(untracked, uint64_t{kUnderWay - kRoom} + 2 * (asked - 1) - 1);
  EXPECT_NE(said.find(fmt::format("untracked {}: no room for more packets", untracked)),
            std::string::npos)
      << said;
  expect_nothing_lost(collection.file());
}

}  // namespace
}  // namespace tracker::kernel_test
