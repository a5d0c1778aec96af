// SPDX-License-Identifier: GPL-2.0-or-later
//
// Packet ids across veth and namespaces, with tracepoints alone.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <map>
#include <memory>
#include <set>
#include <tuple>
#include <unordered_map>

#include "harness/collection.h"
#include "harness/echo.h"
#include "harness/recorded_events.h"
#include "harness/recording.h"
#include "harness/require.h"
#include "harness/topology.h"
#include "harness/traffic.h"

namespace tracker::kernel_test {
namespace {

constexpr uint8_t kEchoReply = 0;
constexpr uint8_t kEchoRequest = 8;
constexpr uint8_t kSyn = 2;

// Transmit, receive and free: all that tracepoints tell of a packet's life.
const std::vector<std::string> kLifeProbes{
    "--probe", "tp:net:net_dev_queue",     "--probe", "tp:net:net_dev_start_xmit",
    "--probe", "tp:net:net_dev_xmit",      "--probe", "tp:net:netif_rx",
    "--probe", "tp:net:netif_receive_skb", "--probe", "tp:skb:consume_skb",
    "--probe", "tp:skb:kfree_skb"};

// The events of a journey as "net_dev_start_xmit@left", in order.
std::vector<std::string> steps_of(const Json& journey, const Pair& pair) {
  std::vector<std::string> steps;
  for (const Json& event : journey.at("events")) {
    const std::string symbol = text_at(event, "/probe/symbol");
    const std::string netns = text_at(event, "/netns/name");
    const char* side = netns == pair.left.name() ? "left" : "right";
    steps.push_back(fmt::format("{}@{}", symbol.substr(symbol.find(':') + 1), side));
  }
  return steps;
}

TEST(PacketId, StaysTheSameAcrossVethIntoTheOtherNamespace) {
  const Pair pair;
  Collection collection({&pair.left, &pair.right}, kLifeProbes);
  EXPECT_EQ(collection.attached_line(), "attached 7 of 7 probes");
  exchange_echoes(pair.left, pair.left_end.ipv4, pair.right_end.ipv4, 1);
  collection.stop();

  std::map<std::string, Json> journeys;  // by flow
  for (const Json& journey : view("sort", collection.file())) {
    EXPECT_TRUE(journeys.emplace(text_at(journey, "/flow"), journey).second) << journey.dump();
  }
  ASSERT_EQ(journeys.size(), 2U);
  const Json& request = journeys.at("ICMP 10.1.0.1 > 10.1.0.2 echo request");
  const Json& reply = journeys.at("ICMP 10.1.0.2 > 10.1.0.1 echo reply");
  EXPECT_NE(text_at(request, "/packet_id"), text_at(reply, "/packet_id"));
  const std::vector<std::string> to_right = steps_of(request, pair);
  EXPECT_EQ(
      std::vector<std::string>(to_right.begin(), to_right.begin() + 3),
      (std::vector<std::string>{"net_dev_queue@left", "net_dev_start_xmit@left", "netif_rx@right"}))
      << request.dump();
  const std::set<std::string> steps(to_right.begin(), to_right.end());
  EXPECT_TRUE(steps.contains("netif_receive_skb@right")) << request.dump();
  EXPECT_TRUE(steps.contains("net_dev_xmit@left")) << request.dump();
  EXPECT_EQ(text_at(request, "/verdict/outcome"), "consumed") << request.dump();
  expect_nothing_lost(collection.file());
}

// Rings with room for most of what these tests send: a collector that others keep from its CPU
// loses nothing.
std::vector<std::string> with_room(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--ring-size", "64M"});
  return arguments;
}

// A collection, ended, of so many answered pings. An emulated guest on a busy machine loses a
// reply once in a while, which is no claim about tracker: then all is done again.
std::unique_ptr<Collection> record_echoes(const Pair& pair, int pings) {
  const std::vector<std::string> arguments = with_room(kLifeProbes);
  for (int attempt = 1;; ++attempt) {
    auto collection = std::make_unique<Collection>(
        std::vector<const NetworkNamespace*>{&pair.left, &pair.right}, arguments);
    try {
      exchange_echoes(pair.left, pair.left_end.ipv4, pair.right_end.ipv4, pings);
      collection->stop();
      return collection;
    } catch (const std::exception&) {
      if (attempt == 3) throw;
    }
  }
}

TEST(PacketId, IsOneForEachOfTwentyThousandEchoPackets) {
  constexpr int kPings = 10'000;
  const Pair pair;
  const std::unique_ptr<Collection> recorded = record_echoes(pair, kPings);
  Collection& collection = *recorded;
  const Sums sums = sums_of(collection.file());
  ASSERT_EQ(sums.lost, 0U);

  std::map<std::pair<uint8_t, uint16_t>, std::set<uint64_t>> ids_by_echo;
  std::set<uint64_t> ids;
  for_each_ip_packet(collection.file(), [&](const Event& event, const Packet& packet) {
    if (!packet.icmp || !packet.icmp->sequence || packet.icmp->id != kEchoId) return;
    ASSERT_TRUE(packet.icmp->type == kEchoRequest || packet.icmp->type == kEchoReply);
    ids_by_echo[{packet.icmp->type, *packet.icmp->sequence}].insert(event.packet_id);
    ids.insert(event.packet_id);
  });
  EXPECT_EQ(ids_by_echo.size(), 2U * kPings);
  EXPECT_EQ(ids.size(), 2U * kPings);
  for (const auto& [echo, its_ids] : ids_by_echo) {
    ASSERT_EQ(its_ids.size(), 1U) << "type " << int{echo.first} << " number " << echo.second;
  }
}

// What makes two TCP segments different packets.
using SegmentKey = std::tuple<IpAddress, IpAddress, uint16_t, uint16_t, uint32_t, uint32_t>;

SegmentKey key_of(const Packet& packet) {
  return {packet.ip->source,     packet.ip->dest, packet.tcp->source_port,
          packet.tcp->dest_port, packet.ip->id,   packet.tcp->seq};
}

// Opens, uses and closes so many connections, one after the other, from the caller's namespace.
void make_connections(const UniqueFd& listener, int count) {
  sockaddr_in server{};
  socklen_t size = sizeof(server);
  auto* address = reinterpret_cast<sockaddr*>(&server);
  require_call(getsockname(listener.get(), address, &size), "getsockname");
  for (int i = 0; i < count; ++i) {
    const UniqueFd client(require_call(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    require_call(connect(client.get(), address, size), "connect");
    const UniqueFd accepted(require_call(accept(listener.get(), nullptr, nullptr), "accept"));
    require_call(send(client.get(), "x", 1, 0), "send");
    char byte = 0;
    require_call(recv(accepted.get(), &byte, 1, 0), "recv");
  }
}

TEST(PacketId, NeverJoinsTwoSegmentsOfTenThousandConnections) {
  constexpr int kConnections = 10'000;
  const Pair pair;
  const UniqueFd listener = bound_socket(pair.right, {pair.right_end.ipv4, 5000}, SOCK_STREAM);
  require_call(listen(listener.get(), 16), "listen");
  Collection collection({&pair.left, &pair.right}, with_room(kLifeProbes));
  // One thread in the namespace for all of them: entering it each time costs more than they do.
  pair.left.run([&] { make_connections(listener, kConnections); });
  collection.stop();
  const Sums sums = sums_of(collection.file());
  ASSERT_EQ(sums.lost, 0U) << "what was lost could have contradicted";

  std::unordered_map<uint64_t, SegmentKey> segments;
  std::set<std::pair<uint16_t, uint32_t>> connections;  // port and sequence number of the SYN
  uint64_t contradictions = 0;
  const uint64_t events =
      for_each_ip_packet(collection.file(), [&](const Event& event, const Packet& packet) {
        if (!packet.tcp || event.packet_id == 0) return;
        if (packet.tcp->flags == kSyn) {
          connections.insert({packet.tcp->source_port, packet.tcp->seq});
        }
        const SegmentKey key = key_of(packet);
        if (segments.try_emplace(event.packet_id, key).first->second != key) ++contradictions;
      });
  EXPECT_EQ(contradictions, 0U);
  EXPECT_EQ(connections.size(), static_cast<size_t>(kConnections));
  EXPECT_EQ(events, sums.recorded);
}

}  // namespace
}  // namespace tracker::kernel_test
