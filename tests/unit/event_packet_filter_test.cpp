// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/packet_filter.h"

#include <gtest/gtest.h>
#include <netinet/in.h>

#include "tests/unit/event_frames.h"

namespace tracker::testing {
namespace {

bool matches(const std::string& expression, const PacketSection& packet) {
  const auto filter = PacketFilter::compile(expression);
  EXPECT_TRUE(filter) << filter.error().message;
  return filter && filter->matches(packet);
}

TEST(PacketFilter, MatchesWhatTcpdumpWould) {
  const PacketSection udp = section_of(kUdp4);
  EXPECT_TRUE(matches("host 10.1.0.1 and udp port 9", udp));
  EXPECT_TRUE(matches("dst net 10.1.0.0/24", udp));
  EXPECT_TRUE(matches("ether src 52:54:00:00:00:01", udp));
  EXPECT_FALSE(matches("host 10.1.0.3", udp));
  EXPECT_FALSE(matches("tcp", udp));
  EXPECT_TRUE(matches("ip6 and tcp[tcpflags] & tcp-syn != 0 or tcp port 80", section_of(kTcp6Syn)));
  EXPECT_TRUE(matches("arp", section_of(kArpRequest)));
  EXPECT_TRUE(matches("icmp[icmptype] == icmp-echo", section_of(kPingRequest)));
}

TEST(PacketFilter, FindsVlanTagsInTheirPlace) {
  EXPECT_TRUE(matches("vlan 5 and udp port 9", section_of(kVlan)));
  EXPECT_FALSE(matches("vlan 6", section_of(kVlan)));
  EXPECT_TRUE(matches("vlan 100 and vlan 7 and tcp", section_of(kQinQ)));
}

PacketFilter::Obstacle obstacle(const std::string& expression, const PacketSection& packet) {
  const auto filter = PacketFilter::compile(expression);
  EXPECT_TRUE(filter) << filter.error().message;
  return filter->obstacle(packet, filter->matches(packet));
}

TEST(PacketFilter, SaysWhatIsHiddenBehindAVlanTag) {
  using Obstacle = PacketFilter::Obstacle;
  EXPECT_EQ(obstacle("udp port 9", section_of(kVlan)), Obstacle::kVlanTag);
  EXPECT_EQ(obstacle("udp port 10", section_of(kVlan)), Obstacle::kNone);
  EXPECT_EQ(obstacle("tcp", section_of(kQinQ)), Obstacle::kVlanTag);
  EXPECT_EQ(obstacle("udp port 10", section_of(kUdp4)), Obstacle::kNone);
  EXPECT_EQ(obstacle("not udp port 9", section_of(kVlan)), Obstacle::kVlanTag);
  EXPECT_EQ(obstacle("not udp port 10", section_of(kVlan)), Obstacle::kNone);
  EXPECT_EQ(obstacle("udp and not vlan", section_of(kVlan)), Obstacle::kNone);
}

TEST(PacketFilter, SaysWhatIsHiddenBehindATagWithoutALinkHeader) {
  PacketSection packet = section_of(kVlan);
  packet.bytes.erase(packet.bytes.begin(), packet.bytes.begin() + 14);
  packet.link = LinkLayer::kNone;
  packet.ethertype = 0x8100;
  EXPECT_EQ(obstacle("udp port 9", packet), PacketFilter::Obstacle::kVlanTag);
  EXPECT_EQ(obstacle("udp port 10", packet), PacketFilter::Obstacle::kNone);
}

TEST(PacketFilter, SaysWhatIsHiddenBehindExtensionHeaders) {
  using Obstacle = PacketFilter::Obstacle;
  EXPECT_EQ(obstacle("udp", section_of(kIpv6HopByHopRoutingDestOptions)),
            Obstacle::kExtensionHeader);
  EXPECT_EQ(obstacle("tcp", section_of(kIpv6HopByHopRoutingDestOptions)), Obstacle::kNone);
  EXPECT_EQ(obstacle("tcp dst port 6", section_of(kIpv6Ah)), Obstacle::kExtensionHeader);
  PacketSection cut = section_of(kIpv6Ah);
  cut.bytes.resize(60);
  EXPECT_EQ(obstacle("tcp dst port 6", cut), Obstacle::kNone);
}

TEST(PacketFilter, MatchesPacketsWithoutALinkHeader) {
  EXPECT_TRUE(matches("udp and host 10.1.0.2", section_of(kTunIpv4)));
  EXPECT_TRUE(matches("ip6 host fd00::1", section_of(kTunIpv6)));
  EXPECT_FALSE(matches("ip6", section_of(kTunIpv4)));
  EXPECT_FALSE(matches("ether src 52:54:00:00:00:01", section_of(kTunIpv4)));
}

TEST(PacketFilter, SeesTheWholeLengthButOnlyTheBytesKept) {
  PacketSection packet = section_of(kTcpData);
  packet.len = 9000;
  EXPECT_TRUE(matches("tcp[20] == 0x47", packet));
  packet.bytes.resize(54);
  EXPECT_TRUE(matches("greater 9000", packet));
  EXPECT_TRUE(matches("tcp port 80", packet));
  EXPECT_FALSE(matches("tcp[20] == 0x47", packet));
}

TEST(PacketFilter, MatchesTheSocketWhereThereIsNoHeaderYet) {
  PacketSection packet;
  packet.socket = {AF_INET, IPPROTO_TCP, 40000, 80, {10, 1, 0, 1}, {10, 1, 0, 2}};
  EXPECT_TRUE(matches("tcp and src host 10.1.0.1 and dst port 80", packet));
  EXPECT_FALSE(matches("udp", packet));
  EXPECT_FALSE(matches("port 81", packet));
  packet.socket.protocol = IPPROTO_UDP;
  EXPECT_TRUE(matches("udp src port 40000", packet));
  packet.socket.family = AF_INET6;
  packet.socket.source = {0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  EXPECT_TRUE(matches("ip6 and udp port 80 and src host fd00::1", packet));
  packet.socket.protocol = IPPROTO_ICMPV6;
  EXPECT_TRUE(matches("icmp6", packet));
  packet.socket.protocol = IPPROTO_SCTP;
  EXPECT_TRUE(matches("sctp port 80", packet));
}

TEST(PacketFilter, MatchesNothingOfAPacketThatIsUnknown) {
  EXPECT_FALSE(matches("not tcp", PacketSection{}));
  EXPECT_FALSE(matches("less 100", PacketSection{}));
  PacketSection packet;
  packet.socket.family = AF_UNIX;
  EXPECT_FALSE(matches("not tcp", packet));
}

TEST(PacketFilter, MatchesEverythingWhereEmpty) {
  EXPECT_TRUE(matches("", PacketSection{}));
  EXPECT_TRUE(matches(" ", section_of(kTunIpv6)));
}

TEST(PacketFilter, RefusesAMalformedExpressionWithLibpcapsSentence) {
  const auto filter = PacketFilter::compile("tcp prot 80");
  ASSERT_FALSE(filter);
  EXPECT_EQ(filter.error().kind, ErrorKind::kWrongUsage);
  EXPECT_NE(filter.error().message.find("'tcp prot 80'"), std::string::npos);
  EXPECT_NE(filter.error().message.find("syntax error"), std::string::npos)
      << filter.error().message;
}

TEST(PacketFilter, RefusesAnExpressionThatCannotMatch) {
  const auto filter = PacketFilter::compile("tcp and udp");
  ASSERT_FALSE(filter);
  EXPECT_NE(filter.error().message.find("rejects all packets"), std::string::npos);
}

TEST(PacketFilter, RefusesProgramsThatMayLoop) {
  for (const std::string expression : {"ip6 protochain 17", "ip protochain 6 and port 80"}) {
    const auto filter = PacketFilter::compile(expression);
    ASSERT_FALSE(filter) << expression;
    EXPECT_EQ(filter.error().kind, ErrorKind::kWrongUsage);
    EXPECT_NE(filter.error().message.find("protochain"), std::string::npos);
    EXPECT_NE(filter.error().message.find("may not end"), std::string::npos);
  }
}

TEST(PacketFilter, RefusesOversizedAndBinaryExpressions) {
  std::string ports = "port 1";
  while (ports.size() < 5000) ports += " or port 1";
  const auto large = PacketFilter::compile(ports);
  ASSERT_FALSE(large);
  EXPECT_NE(large.error().message.find("longer than 4096 bytes"), std::string::npos);
  EXPECT_LT(large.error().message.size(), 400U);
  EXPECT_FALSE(PacketFilter::compile(std::string("tcp\0 port 80", 12)));
  const auto escapes = PacketFilter::compile("\x1b[2J");
  ASSERT_FALSE(escapes);
  EXPECT_EQ(escapes.error().message.find('\x1b'), std::string::npos);
}

TEST(PacketFilter, SurvivesDeepNesting) {
  std::string nested;
  for (int i = 0; i < 4000; ++i) nested += "(";
  EXPECT_FALSE(PacketFilter::compile(nested));
  std::string ports = "port 1";
  for (int port = 2; ports.size() < 2000; ++port) ports += " or port " + std::to_string(port);
  const auto many = PacketFilter::compile(ports);
  ASSERT_TRUE(many) << many.error().message;
  EXPECT_TRUE(many->matches(section_of(kUdp4)));
}

TEST(PacketFilter, NeverReadsBeyondTheBytesKept) {
  const auto filter = PacketFilter::compile("tcp[13] & 2 != 0 or udp port 9 or vlan or icmp6");
  ASSERT_TRUE(filter);
  for (const Frame& frame : kFrames) {
    const PacketSection whole = section_of(frame);
    for (size_t size = 0; size < whole.bytes.size(); ++size) {
      ASSERT_TRUE(!filter->matches(cut_to(whole, size)) || size >= 14)
          << frame.name << " cut to " << size;
    }
  }
}

}  // namespace
}  // namespace tracker::testing
