// SPDX-License-Identifier: GPL-2.0-or-later
//
// Datagrams that are alike to the last byte: an unconnected socket that never fragments gives each
// of them the IP id 0, IPv6 has none. Some are transmitted, received and freed where no probe sees
// it; the others, at the same skb addresses, are dropped. Each must stay a packet of its own.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <set>

#include "harness/collection.h"
#include "harness/recorded_events.h"
#include "harness/recording.h"
#include "harness/topology.h"
#include "harness/traffic.h"

namespace tracker::kernel_test {
namespace {

constexpr int kRounds = 20;
constexpr uint16_t kPort = 7000;
const std::vector<std::string> kDropsAndDevices{"-p", "dropmon", "-p", "ifdump"};

constexpr char kDropOnOutput[] =
    "table inet test {\n"
    "  chain output {\n"
    "    type filter hook output priority 0; policy accept;\n"
    "    udp dport 7000 drop\n"
    "  }\n"
    "}\n";

struct Ids {
  std::set<uint64_t> dropped, passed;  // packet ids
  size_t drops = 0;                    // events
};

// The packets to kPort that `file` holds.
Ids ids_of(const std::string& file) {
  Ids ids;
  for_each_ip_packet(file, [&](const Event& event, const Packet& packet) {
    if (!packet.udp || packet.udp->dest_port != kPort) return;
    EXPECT_EQ(packet.ip->id, 0U) << "they are not alike";
    if (event.has(Section::kDrop)) {
      ids.dropped.insert(event.packet_id);
      ++ids.drops;
    } else {
      ids.passed.insert(event.packet_id);
    }
  });
  return ids;
}

void expect_none_in_both(const Ids& ids) {
  for (const uint64_t id : ids.dropped) EXPECT_FALSE(ids.passed.contains(id)) << id;
}

// In turn: one that arrives and is read, one that a rule on output drops. The skb of the first is
// free by then, and the allocator hands its memory out again.
void deliver_and_drop_in_turn(const NetworkNamespace& from, const NetworkNamespace& to,
                              const Flow& flow) {
  const UniqueFd receiver = bound_socket(to, flow.dest, SOCK_DGRAM);
  for (int i = 0; i < kRounds; ++i) {
    send_datagrams(from, flow, 1);
    while (drain(receiver) == 0) {
    }
    from.nft(kDropOnOutput);
    EXPECT_ANY_THROW(send_datagrams(from, flow, 1));  // EPERM: the sender is told
    from.nft("delete table inet test");
  }
}

void expect_each_its_own(const Collection& collection) {
  const Ids ids = ids_of(collection.file());
  EXPECT_EQ(ids.drops, size_t{kRounds});
  EXPECT_EQ(ids.dropped.size(), size_t{kRounds});
  EXPECT_EQ(ids.passed.size(), size_t{kRounds});
  expect_none_in_both(ids);
}

TEST(LikeDatagrams, OverLoopbackAreNotJoinedWithWhatOutputDrops) {
  const NetworkNamespace host("host");
  host.ip("link set lo up");
  const Flow flow{"UDP", {"127.0.0.1", 40000}, {"127.0.0.1", kPort}};
  Collection collection({&host}, kDropsAndDevices);
  deliver_and_drop_in_turn(host, host, flow);
  collection.stop();
  expect_each_its_own(collection);
}

TEST(LikeDatagrams, OverVethAreNotJoinedWithWhatOutputDrops) {
  const Pair pair;
  const Flow flow{"UDP", {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, kPort}};
  Collection collection({&pair.left, &pair.right}, kDropsAndDevices);
  deliver_and_drop_in_turn(pair.left, pair.right, flow);
  collection.stop();
  expect_each_its_own(collection);
}

TEST(LikeDatagrams, OfIpv6AreNotJoinedWithWhatOutputDrops) {
  const Pair pair(NetworkNamespace::Ipv6::kOn);
  const Flow flow{"UDP", {pair.left_end.ipv6, 40000}, {pair.right_end.ipv6, kPort}};
  Collection collection({&pair.left, &pair.right}, kDropsAndDevices);
  deliver_and_drop_in_turn(pair.left, pair.right, flow);
  collection.stop();
  expect_each_its_own(collection);
}

// The drops are in the qdisc of the very device that others went through.
TEST(LikeDatagrams, OfOneDeviceAreNotJoinedWithWhatItsQueueDrops) {
  constexpr int kDatagrams = 400;
  const Pair pair;
  // Room for a few; the rate lets one through now and then.
  pair.left.tc(fmt::format("qdisc add dev {} root tbf rate 100kbit burst 200 limit 200\n",
                           pair.left_end.device));
  const Flow flow{"UDP", {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, kPort}};
  const UniqueFd receiver = bound_socket(pair.right, flow.dest, SOCK_DGRAM);
  Collection collection({&pair.left, &pair.right}, kDropsAndDevices);
  send_datagrams(pair.left, flow, kDatagrams);
  collection.stop();
  const Ids ids = ids_of(collection.file());
  EXPECT_GT(ids.drops, size_t{kDatagrams / 2});
  EXPECT_GT(ids.passed.size(), 0U);
  EXPECT_EQ(ids.dropped.size(), ids.drops);
  expect_none_in_both(ids);
}

}  // namespace
}  // namespace tracker::kernel_test
