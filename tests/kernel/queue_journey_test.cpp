// SPDX-License-Identifier: GPL-2.0-or-later
//
// Journeys that end in a full queue: of the device itself, or of the one that it stands on. The
// sender's driver then reports NET_XMIT_DROP, which is no "still queued".
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "harness/collection.h"
#include "harness/recorded_events.h"
#include "harness/recording.h"
#include "harness/topology.h"
#include "harness/traffic.h"

namespace tracker::kernel_test {
namespace {

constexpr int kDropped = 7;
constexpr int kWaiting = 4;
constexpr int kSent = 1 + kWaiting + kDropped;

const std::vector<std::string> kProbes{
    "--probe", "tp:net:net_dev_queue", "--probe", "tp:net:net_dev_start_xmit",
    "--probe", "tp:net:net_dev_xmit",  "--probe", "tp:skb:kfree_skb"};

// Of the datagrams that send() sends, left0 transmits one, holds kWaiting, and drops the others.
void fill_queue(const Pair& pair) {
  pair.left.tc(fmt::format("qdisc add dev {} root tbf rate 8bit burst 300 limit 1000\n",
                           pair.left_end.device));
}
void send(const Pair& pair, const Flow& flow) { send_datagrams(pair.left, flow, kSent, 200); }

// A macvlan on left0, behind which right seems to have 10.3.0.2 and fd03::2.
void add_macvlan(const Pair& pair) {
  pair.left.ip(
      fmt::format("link add link {0} name mv0 index 21 type macvlan mode bridge\n"
                  "link set mv0 addrgenmode none\n"
                  "addr add 10.3.0.1/24 dev mv0\n"
                  "link set mv0 up\n"
                  "neigh replace 10.3.0.2 lladdr {1} dev mv0 nud permanent\n",
                  pair.left_end.device, mac_text(pair.right_end.mac)));
  if (!pair.left_end.ipv6.empty()) {
    pair.left.ip(
        fmt::format("addr add fd03::1/64 dev mv0 nodad\n"
                    "neigh replace fd03::2 lladdr {} dev mv0 nud permanent\n",
                    mac_text(pair.right_end.mac)));
  }
  pair.left.wait_until_running("mv0");
}

// How many journeys have these events: "net_dev_queue left0, kfree_skb left0: dropped QDISC_DROP".
std::map<std::string, int> count_by_steps(const std::string& file) {
  std::map<std::string, int> counts;
  for (const Json& journey : view("sort", file, {"-f", "udp port 9"})) {
    std::string steps;
    for (const Json& event : journey.at("events")) {
      const std::string symbol = text_at(event, "/probe/symbol");
      steps += fmt::format("{}{} {}", steps.empty() ? "" : ", ",
                           symbol.substr(symbol.find(':') + 1), text_at(event, "/dev/name"));
      if (event.contains("return_code"))
        steps += fmt::format(" {}", event.at("return_code").dump());
    }
    steps += fmt::format(": {} {}", text_at(journey, "/verdict/outcome"),
                         text_at(journey, "/verdict/reason"));
    ++counts[steps];
  }
  return counts;
}

TEST(QueueJourney, EndsDroppedWhereTheQueueIsFull) {
  const Pair pair;
  fill_queue(pair);
  Collection collection({&pair.left}, kProbes);
  send(pair, {"UDP", {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, 9}});
  collection.stop();
  const std::map<std::string, int> expected{
      {"net_dev_queue left0, net_dev_start_xmit left0, net_dev_xmit left0 0: transmitted ", 1},
      {"net_dev_queue left0: unknown ", kWaiting},
      {"net_dev_queue left0, kfree_skb left0: dropped QDISC_DROP", kDropped}};
  EXPECT_EQ(count_by_steps(collection.file()), expected);
  expect_nothing_lost(collection.file());
}

TEST(QueueJourney, EndsDroppedWhereTheQueueOfTheDeviceBelowIsFull) {
  const Pair pair;
  add_macvlan(pair);
  fill_queue(pair);
  Collection collection({&pair.left}, kProbes);
  send(pair, {"UDP", {"10.3.0.1", 40000}, {"10.3.0.2", 9}});
  collection.stop();
  const std::string into_queue = "net_dev_queue mv0, net_dev_start_xmit mv0, net_dev_queue left0, ";
  const std::map<std::string, int> expected{
      {into_queue +
           "net_dev_start_xmit left0, net_dev_xmit left0 0, net_dev_xmit mv0 0: transmitted ",
       1},
      {into_queue + "net_dev_xmit mv0 0: unknown ", kWaiting},
      {into_queue + "kfree_skb left0, net_dev_xmit mv0 1: dropped QDISC_DROP", kDropped}};
  EXPECT_EQ(count_by_steps(collection.file()), expected);
  expect_nothing_lost(collection.file());
}

// Nothing shows the drops but what mv0's driver reports; the datagrams are alike to the
// last byte: IPv6 has no ids.
TEST(QueueJourney, OfWhatTheDeviceBelowDroppedIsNotContinuedByTheNextLikeIt) {
  const Pair pair(NetworkNamespace::Ipv6::kOn);
  add_macvlan(pair);
  fill_queue(pair);
  Collection collection({&pair.left}, {"-p", "ifdump"});
  send(pair, {"UDP", {"fd03::1", 40000}, {"fd03::2", 9}});
  collection.stop();
  std::map<uint64_t, int> sightings_on_macvlan;  // by packet id
  for_each_ip_packet(collection.file(), [&](const Event& event, const Packet& packet) {
    if (!packet.udp) return;
    if (event.dev.name.view() == "mv0") ++sightings_on_macvlan[event.packet_id];
  });
  EXPECT_EQ(sightings_on_macvlan.size(), size_t{kSent});
  for (const auto& [id, count] : sightings_on_macvlan) EXPECT_EQ(count, 1) << id;
}

}  // namespace
}  // namespace tracker::kernel_test
