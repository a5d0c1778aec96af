// SPDX-License-Identifier: GPL-2.0-or-later
//
// Frees that the kernel calls drops although the packet reached whom it was for; and beside each
// kind the one that looks alike and is a loss.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <string>
#include <vector>

#include "harness/collection.h"
#include "harness/echo.h"
#include "harness/frame.h"
#include "harness/kernel_version.h"
#include "harness/recording.h"
#include "harness/require.h"
#include "harness/topology.h"
#include "harness/traffic.h"
#include "harness/wait.h"

namespace tracker::kernel_test {
namespace {

constexpr int kPackets = 7;
constexpr uint16_t kPort = 7777;
constexpr int kOspf = 89;

Flow flow_of(const Pair& pair) {
  return {"UDP", {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, kPort}};
}

// A socket that is given every frame of `ethertype` by `device`.
UniqueFd packet_socket(const NetworkNamespace& netns, const std::string& device,
                       uint16_t ethertype) {
  UniqueFd fd = netns.open_socket(AF_PACKET, SOCK_RAW, 0);
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ethertype);
  netns.run([&] { address.sll_ifindex = static_cast<int>(if_nametoindex(device.c_str())); });
  require_call(bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)),
               "cannot bind a packet socket");
  return fd;
}

// What `drops` counts of `filter`, with --all or without.
int drops_of(const std::string& file, const std::string& filter,
             const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments{"-f", filter};
  arguments.insert(arguments.end(), more.begin(), more.end());
  int count = 0;
  for (const Json& row : view("drops", file, arguments)) count += row.at("count").get<int>();
  return count;
}

// How many journeys of `filter` end so, with words that begin so.
int journeys_of(const std::string& file, const std::string& filter, const std::string& outcome,
                const std::string& words) {
  int count = 0;
  for (const Json& journey : view("sort", file, {"-f", filter})) {
    if (text_at(journey, "/verdict/outcome") == outcome &&
        text_at(journey, "/verdict/explanation").starts_with(words))
      ++count;
  }
  return count;
}

void wait_for_events(const Collection& collection, int count) {
  require_soon([&] { return sums_of(collection.file()).recorded >= static_cast<uint64_t>(count); },
               "frees of what was not read");
}

TEST(Delivered, IsNoDropWhereACaptureDidNotReadItsCopy) {
  const Pair pair;
  const UniqueFd receiver = bound_socket(pair.right, flow_of(pair).dest, SOCK_DGRAM);
  UniqueFd capture = packet_socket(pair.right, pair.right_end.device, ETH_P_ALL);
  Collection collection({&pair.right});
  send_datagrams(pair.left, flow_of(pair), kPackets);
  pair.settle();
  EXPECT_EQ(drain(receiver), kPackets);
  capture.reset();
  wait_for_events(collection, kPackets);
  collection.stop();
  EXPECT_EQ(drops_of(collection.file(), "udp port 7777"), 0);
  EXPECT_EQ(drops_of(collection.file(), "udp port 7777", {"--all"}), kPackets);
  EXPECT_EQ(journeys_of(collection.file(), "udp port 7777", "consumed", "a packet socket's copy"),
            kPackets);
}

// What a daemon for LLDP or the like has not read when it ends, nobody has.
TEST(Delivered, ToAPacketSocketAloneIsADropWhereItIsNotRead) {
  constexpr uint16_t kEthertype = 0x88b5;
  const Pair pair;
  UniqueFd daemon = packet_socket(pair.right, pair.right_end.device, kEthertype);
  Collection collection({&pair.right});
  deliver_copies(pair, kPackets, other_frame(pair.left_end.mac, pair.right_end.mac, kEthertype));
  daemon.reset();
  wait_for_events(collection, kPackets);
  collection.stop();
  EXPECT_EQ(drops_of(collection.file(), "ether proto 0x88b5"), kPackets);
}

TEST(Delivered, IsNoDropWhereARawSocketDidNotReadItsCopy) {
  const Pair pair;
  const UniqueFd receiver = bound_socket(pair.right, flow_of(pair).dest, SOCK_DGRAM);
  UniqueFd raw = pair.right.open_socket(AF_INET, SOCK_RAW, IPPROTO_UDP);
  Collection collection({&pair.right});
  send_datagrams(pair.left, flow_of(pair), kPackets);
  pair.settle();
  EXPECT_EQ(drain(receiver), kPackets);
  raw.reset();
  wait_for_events(collection, kPackets);
  collection.stop();
  EXPECT_EQ(drops_of(collection.file(), "udp port 7777"), 0);
  EXPECT_EQ(drops_of(collection.file(), "udp port 7777", {"--all"}), kPackets);
  EXPECT_EQ(journeys_of(collection.file(), "udp port 7777", "consumed", "a raw socket's copy"),
            kPackets);
}

// A routing daemon's packets are for its raw socket alone.
TEST(Delivered, ToARawSocketAloneIsADropWhereItIsNotRead) {
  const Pair pair;
  UniqueFd daemon = pair.right.open_socket(AF_INET, SOCK_RAW, kOspf);
  const UniqueFd sender = pair.left.open_socket(AF_INET, SOCK_RAW, kOspf);
  sockaddr_in dest{};
  dest.sin_family = AF_INET;
  require(inet_pton(AF_INET, pair.right_end.ipv4.c_str(), &dest.sin_addr) == 1, "an address");
  Collection collection({&pair.right});
  for (int i = 0; i < kPackets; ++i) {
    require_call(sendto(sender.get(), "hello, neighbour", 16, 0,
                        reinterpret_cast<const sockaddr*>(&dest), sizeof(dest)),
                 "cannot send");
  }
  pair.settle();
  require_soon([&] { return pair.right.counter("Ip", "InDelivers") > kPackets; }, "OSPF packets");
  daemon.reset();
  wait_for_events(collection, kPackets);
  collection.stop();
  EXPECT_EQ(drops_of(collection.file(), "ip proto 89"), kPackets);
}

// ping as root reads a raw socket; ping_rcv() then finds no socket of its own.
TEST(Delivered, PingRepliesAreNoDrops) {
  const Pair pair;
  const UniqueFd ping = pair.left.open_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
  Collection collection({&pair.left});
  exchange_echoes(pair.left, pair.left_end.ipv4, pair.right_end.ipv4, kPackets);
  pair.settle();
  wait_for_events(collection, kPackets);
  collection.stop();
  EXPECT_EQ(drops_of(collection.file(), "icmp"), 0);
  EXPECT_EQ(drops_of(collection.file(), "icmp", {"--all"}), kPackets);
  EXPECT_EQ(journeys_of(collection.file(), "icmp", "consumed", "an echo reply of which"), kPackets);
  EXPECT_EQ(drain(ping), kPackets);
}

// The other way round: a reply that nobody asked for and nobody reads.
TEST(Delivered, PingRepliesThatNobodyReadsAreDrops) {
  const Pair pair;
  Collection collection({&pair.left});
  exchange_echoes(pair.left, pair.left_end.ipv4, pair.right_end.ipv4, kPackets);
  pair.settle();
  wait_for_events(collection, kPackets);
  collection.stop();
  EXPECT_EQ(drops_of(collection.file(), "icmp"), kPackets);
}

// Connection tracking reassembles into a list of fragments, which 6.1 frees as if dropped when the
// datagram has been read.
TEST(Delivered, FragmentsOfADatagramThatWasReadAreNoDrops) {
  const Pair pair;
  pair.right.nft(
      "table ip test {\n"
      "  chain input {\n"
      "    type filter hook input priority 0; policy accept;\n"
      "    ct state established,related accept\n"
      "  }\n"
      "}\n");
  const UniqueFd receiver = bound_socket(pair.right, flow_of(pair).dest, SOCK_DGRAM);
  Collection collection({&pair.right}, {"-p", "dropmon", "-p", "ifdump"});
  send_datagrams(pair.left, flow_of(pair), kPackets, 4000);
  pair.settle();
  EXPECT_EQ(drain(receiver), kPackets);
  collection.stop();
  EXPECT_GE(sums_of(collection.file()).recorded, 3U * kPackets) << "the fragments were not seen";
  EXPECT_EQ(drops_of(collection.file(), "ip proto 17"), 0);
  EXPECT_EQ(journeys_of(collection.file(), "ip proto 17", "dropped", ""), 0);
}

// What asks for right's own address is answered, on kernels up to 6.17 freed without a reason.
TEST(Delivered, NeighbourSolicitationsThatAreAnsweredAreNoDrops) {
  const Pair pair(NetworkNamespace::Ipv6::kOn);
  const Flow flow{"ICMPv6", {pair.left_end.ipv6}, {pair.right_end.ipv6}, "neighbour solicitation"};
  Collection collection({&pair.right}, {"-p", "dropmon", "-p", "ifdump"});
  deliver_copies(pair, kPackets,
                 neighbour_solicitation(pair.left_end.mac, pair.right_end.mac, flow, 255));
  require_soon([&] { return pair.right.counter("Icmp6", "OutNeighborAdvertisements") >= kPackets; },
               "answers");
  collection.stop();
  int seen = 0;
  for (const Json& journey : view("sort", collection.file())) {
    if (text_at(journey, "/flow") != flow.text()) continue;
    ++seen;
    EXPECT_NE(text_at(journey, "/verdict/outcome"), "dropped") << journey.dump();
  }
  EXPECT_EQ(seen, kPackets);
}

// One for an address that this host does not have is for somebody else on the link.
TEST(Delivered, NeighbourSolicitationsForOthersAreNoDrops) {
  const Pair pair(NetworkNamespace::Ipv6::kOn);
  const Flow flow{"ICMPv6", {pair.left_end.ipv6}, {pair.right_end.ipv6}, "neighbour solicitation"};
  Frame frame = neighbour_solicitation(pair.left_end.mac, pair.right_end.mac, flow, 255);
  // The target's last 16 bits, and what keeps the checksum right: two less in the reserved field.
  constexpr size_t kReserved = kIpv6Transport + 6, kTarget = kIpv6Transport + 8;
  frame[kTarget + 15] = static_cast<uint8_t>(frame[kTarget + 15] + 2);
  frame[kReserved] = 0xff;
  frame[kReserved + 1] = 0xfd;
  Collection collection({&pair.right});
  deliver_copies(pair, kPackets, frame);
  collection.stop();
  EXPECT_EQ(drops_of(collection.file(), "icmp6"), 0);
  EXPECT_EQ(drops_of(collection.file(), "icmp6", {"--all"}), kPackets);
}

// 6.1 frees every message of ICMPv6 without a reason.
TEST(Delivered, EchoRequestsOverIpv6ThatAreAnsweredAreNoDrops) {
  const Pair pair(NetworkNamespace::Ipv6::kOn);
  const UniqueFd ping = pair.left.open_socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
  sockaddr_in6 dest{};
  dest.sin6_family = AF_INET6;
  require(inet_pton(AF_INET6, pair.right_end.ipv6.c_str(), &dest.sin6_addr) == 1, "an address");
  Collection collection({&pair.right}, {"-p", "dropmon", "-p", "ifdump"});
  constexpr char kRequest[8] = {static_cast<char>(128), 0, 0, 0, 0x47, 0x11, 0, 1};
  for (int i = 0; i < kPackets; ++i) {
    require_call(sendto(ping.get(), kRequest, sizeof(kRequest), 0,
                        reinterpret_cast<const sockaddr*>(&dest), sizeof(dest)),
                 "cannot send");
  }
  require_soon([&] { return pair.left.counter("Icmp6", "InEchoReplies") == kPackets; }, "replies");
  collection.stop();
  int requests = 0;
  for (const Json& journey : view("sort", collection.file())) {
    if (!text_at(journey, "/flow").ends_with("echo request")) continue;
    ++requests;
    EXPECT_NE(text_at(journey, "/verdict/outcome"), "dropped") << journey.dump();
  }
  EXPECT_EQ(requests, kPackets);
}

}  // namespace
}  // namespace tracker::kernel_test
