// SPDX-License-Identifier: GPL-2.0-or-later
//
// What tracker says a drop means, where one reason has several causes.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <string>
#include <vector>

#include "harness/collection.h"
#include "harness/frame.h"
#include "harness/recording.h"
#include "harness/require.h"
#include "harness/topology.h"
#include "harness/traffic.h"

namespace tracker::kernel_test {
namespace {

constexpr int kPackets = 3;
const std::vector<std::string> kDropsAndDevices{"-p", "dropmon", "-p", "ifdump"};

// Expects kPackets dropped journeys of `filter`, each with this reason and these words.
void expect_explained(const Collection& collection, const std::string& filter,
                      const std::string& reason, const std::string& words) {
  int dropped = 0;
  for (const Json& journey : view("sort", collection.file(), {"--drops", "-f", filter})) {
    ++dropped;
    EXPECT_EQ(text_at(journey, "/verdict/reason"), reason) << journey.dump();
    EXPECT_EQ(text_at(journey, "/verdict/explanation"), words) << journey.dump();
  }
  EXPECT_EQ(dropped, kPackets);
}

// The text of `sort` says the same as its JSON.
void expect_in_text(const Collection& collection, const std::string& words) {
  const ProcessResult sorted = run_tracker({"sort", "--drops", collection.file()});
  EXPECT_NE(sorted.out.find(words), std::string::npos) << sorted.out;
}

Flow tcp_flow(const Pair& pair) {
  return {"TCP", {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, 80}};
}

TEST(Explanation, OfASynWithoutAListenerNamesWhereOneMayBe) {
  const Pair pair;
  Collection collection({&pair.right});
  deliver_copies(pair, kPackets, ipv4_frame(pair.left_end.mac, pair.right_end.mac, tcp_flow(pair)));
  collection.stop();
  const std::string words = "nothing listens there, or only on another address, device or VRF";
  expect_explained(collection, "tcp dst port 80", "NO_SOCKET", words);
  expect_in_text(collection, "NO_SOCKET: " + words);
}

// A firewall or a restart that forgot the connection, not a missing listener.
TEST(Explanation, OfASegmentWithoutAConnectionNamesTheConnection) {
  constexpr uint8_t kAckFlag = 0x10;
  const Pair pair;
  const UniqueFd listener = bound_socket(pair.right, {pair.right_end.ipv4, 81}, SOCK_STREAM);
  Collection collection({&pair.right});
  deliver_copies(
      pair, kPackets,
      tcp_frame(pair.left_end.mac, pair.right_end.mac, tcp_flow(pair), {1000, 2000, kAckFlag, 10}));
  collection.stop();
  expect_explained(collection, "tcp dst port 80", "NO_SOCKET",
                   "no connection here (in this VRF) fits it: closed meanwhile, or never made");
}

// The destination MAC address is right's own: the VLAN is what nobody has there.
TEST(Explanation, OfAnUnknownVlanDoesNotBlameTheMacAddress) {
  const Pair pair;
  const Flow flow{"UDP", {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, 9}};
  Frame frame = ipv4_frame(pair.left_end.mac, pair.right_end.mac, flow);
  const std::vector<uint8_t> tag{0x81, 0x00, 0x00, 100};
  frame.insert(frame.begin() + 12, tag.begin(), tag.end());
  Collection collection({&pair.right}, kDropsAndDevices);
  deliver_copies(pair, kPackets, frame);
  collection.stop();
  const std::string words = "this host has no device for its VLAN on the device it came in by";
  expect_explained(collection, "vlan 100", "OTHERHOST", words);
  expect_in_text(collection, "OTHERHOST: " + words);
}

TEST(Explanation, OfAnotherHostsFrameWithoutAVlanNamesBoth) {
  const Pair pair;
  const Flow flow{"UDP", {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, 9}};
  Collection collection({&pair.right}, kDropsAndDevices);
  deliver_copies(pair, kPackets, ipv4_frame(pair.left_end.mac, {2, 0, 0, 0, 0, 0x77}, flow));
  collection.stop();
  expect_explained(collection, "udp port 9", "OTHERHOST",
                   "the destination MAC address is another host's, or this host has no device for "
                   "its VLAN");
}

TEST(Explanation, OfAnEthertypeThatNothingTakesSaysSo) {
  const Pair pair;
  Collection collection({&pair.right});
  deliver_copies(pair, kPackets, other_frame(pair.left_end.mac, pair.right_end.mac, 0x88b5));
  collection.stop();
  expect_explained(collection, "ether proto 0x88b5", "UNHANDLED_PROTO",
                   "nothing here takes its ethertype");
}

// icmp_echo_ignore_broadcasts is on by default.
TEST(Explanation, OfABroadcastPingNamesTheSetting) {
  const Pair pair;
  const UniqueFd ping = pair.left.open_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
  const int on = 1;
  require_call(setsockopt(ping.get(), SOL_SOCKET, SO_BROADCAST, &on, sizeof(on)), "SO_BROADCAST");
  sockaddr_in dest{};
  dest.sin_family = AF_INET;
  require(inet_pton(AF_INET, "10.1.0.255", &dest.sin_addr) == 1, "an address");
  // Type 8, code 0, checksum, id 1, sequence 1.
  constexpr unsigned char kRequest[8] = {8, 0, 0xf7, 0xfd, 0, 1, 0, 1};
  Collection collection({&pair.right});
  for (int i = 0; i < kPackets; ++i) {
    require_call(sendto(ping.get(), kRequest, sizeof(kRequest), 0,
                        reinterpret_cast<const sockaddr*>(&dest), sizeof(dest)),
                 "cannot send");
  }
  pair.settle();
  collection.stop();
  expect_explained(collection, "icmp", "INVALID_PROTO",
                   "an ICMP message to a broadcast or multicast address: echo requests are ignored "
                   "there (icmp_echo_ignore_broadcasts), others are not taken");
}

TEST(Explanation, OfMulticastThatNothingJoinedNamesTheGroup) {
  const Pair pair;
  pair.left.ip(fmt::format("route add 239.0.0.0/8 dev {}\n", pair.left_end.device));
  const Flow flow{"UDP", {pair.left_end.ipv4, 40000}, {"239.1.2.3", 9}};
  Collection collection({&pair.right});
  send_datagrams(pair.left, flow, kPackets);
  pair.settle();
  collection.stop();
  int dropped = 0;
  for (const Json& journey : view("sort", collection.file(), {"--drops", "-f", "udp port 9"})) {
    ++dropped;
    EXPECT_TRUE(text_at(journey, "/verdict/explanation")
                    .starts_with("nothing has joined its multicast group"))
        << journey.dump();
  }
  EXPECT_EQ(dropped, kPackets);
}

}  // namespace
}  // namespace tracker::kernel_test
