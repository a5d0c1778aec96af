// SPDX-License-Identifier: GPL-2.0-or-later
//
// Flow, endpoints, summary and header length of one frame of each kind. The values were compared
// with what tcpdump says of the same bytes.
#include "event/packet.h"

#include <gtest/gtest.h>
#include <netinet/in.h>

#include "tests/unit/event_frames.h"

namespace tracker::testing {
namespace {

struct Words {
  Frame frame;
  std::string flow;
  std::string endpoints;
  std::string summary;
  uint32_t header_bytes;
};

const std::vector<Words> kWords{
    {kTcp4Syn, "TCP 10.1.0.1:40000 > 10.1.0.2:80", "10.1.0.1:40000 > 10.1.0.2:80",
     "TCP S  len 60 ttl 64", 74},
    {kTcp6Syn, "TCP [::1]:52414 > [::1]:80", "[::1]:52414 > [::1]:80", "TCP S  len 80 ttl 64", 94},
    {kTcpData, "TCP 10.1.0.1:40000 > 10.1.0.2:80", "10.1.0.1:40000 > 10.1.0.2:80",
     "TCP P.  len 58 ttl 64", 54},
    {kUdp4, "UDP 10.1.0.1:40000 > 10.1.0.2:9", "10.1.0.1:40000 > 10.1.0.2:9", "UDP  len 32 ttl 64",
     42},
    {kUdp6, "UDP [fd00::1]:40000 > [fd00::2]:9", "[fd00::1]:40000 > [fd00::2]:9",
     "UDP  len 51 ttl 64", 62},
    {kIpv4Options, "UDP 10.1.0.1:40000 > 10.1.0.2:9", "10.1.0.1:40000 > 10.1.0.2:9",
     "UDP  len 36 ttl 64", 46},
    {kEthernetPadding, "proto 253 10.1.0.1 > 10.1.0.2", "10.1.0.1 > 10.1.0.2",
     "proto 253  len 22 ttl 64", 34},
    {kFirstFragment, "UDP 10.1.0.1:40000 > 10.1.0.2:9", "10.1.0.1:40000 > 10.1.0.2:9",
     "UDP frag id 4711 offset 0 more  len 44 ttl 64", 42},
    {kLaterFragment, "UDP 10.1.0.1 > 10.1.0.2", "10.1.0.1 > 10.1.0.2",
     "UDP frag id 4711 offset 1480 more  len 44 ttl 64", 34},
    {kLastFragment, "UDP 10.1.0.1 > 10.1.0.2", "10.1.0.1 > 10.1.0.2",
     "UDP frag id 4711 offset 2960  len 28 ttl 64", 34},
    {kIpv6HopByHopRoutingDestOptions, "UDP [fd00::1]:5 > [fd00::2]:6", "[fd00::1]:5 > [fd00::2]:6",
     "UDP  len 72 ttl 64", 86},
    {kIpv6FirstFragment, "UDP [fd00::1]:5 > [fd00::2]:6", "[fd00::1]:5 > [fd00::2]:6",
     "UDP frag id 3735928559 offset 0 more  len 64 ttl 64", 70},
    {kIpv6LaterFragment, "UDP fd00::1 > fd00::2", "fd00::1 > fd00::2",
     "UDP frag id 3735928559 offset 1448  len 64 ttl 64", 62},
    {kIpv6Ah, "TCP [fd00::1]:5 > [fd00::2]:6", "[fd00::1]:5 > [fd00::2]:6", "TCP R  len 84 ttl 64",
     98},
    {kIpv4Ah, "UDP 10.1.0.1:40000 > 10.1.0.2:9", "10.1.0.1:40000 > 10.1.0.2:9",
     "UDP  len 56 ttl 64", 66},
    {kPingRequest, "ICMP 10.1.0.1 > 10.1.0.2 echo request", "10.1.0.1 > 10.1.0.2",
     "ICMP echo request id 77 seq 3  len 36 ttl 64", 42},
    {kPingReply, "ICMP 10.1.0.2 > 10.1.0.1 echo reply", "10.1.0.2 > 10.1.0.1",
     "ICMP echo reply id 77 seq 3  len 36 ttl 64", 42},
    {kPortUnreachable, "ICMP 10.1.0.2 > 10.1.0.1 port unreachable", "10.1.0.2 > 10.1.0.1",
     "ICMP port unreachable  len 60 ttl 64", 42},
    {kPing6, "ICMPv6 fd00::1 > fd00::2 echo request", "fd00::1 > fd00::2",
     "ICMPv6 echo request id 78 seq 4  len 52 ttl 64", 62},
    {kNeighbourSolicitation, "ICMPv6 fe80::1 > ff02::1:ff00:2 neighbour solicitation",
     "fe80::1 > ff02::1:ff00:2", "ICMPv6 neighbour solicitation  len 64 ttl 255", 62},
    {kSctp, "SCTP 10.1.0.1 > 10.1.0.2", "10.1.0.1 > 10.1.0.2", "SCTP  len 40 ttl 64", 46},
    {kUdpLite, "UDP-Lite 10.1.0.1 > 10.1.0.2", "10.1.0.1 > 10.1.0.2", "UDP-Lite  len 28 ttl 64",
     42},
    {kEsp, "ESP 10.1.0.1 > 10.1.0.2", "10.1.0.1 > 10.1.0.2", "ESP  len 52 ttl 64", 42},
    {kProto253, "proto 253 10.1.0.1 > 10.1.0.2", "10.1.0.1 > 10.1.0.2", "proto 253  len 24 ttl 64",
     34},
    {kArpRequest, "ARP who-has 10.0.0.2 tell 10.0.0.1", "",
     "ARP who-has 10.0.0.2 tell 10.0.0.1  len 28", 42},
    {kArpReply, "ARP 10.0.0.2 is-at 52:54:00:00:00:02", "",
     "ARP 10.0.0.2 is-at 52:54:00:00:00:02  len 28", 42},
    {kVlan, "UDP 10.1.0.1:40000 > 10.1.0.2:9", "10.1.0.1:40000 > 10.1.0.2:9",
     "UDP  len 32 ttl 64 vlan 5", 46},
    {kQinQ, "TCP [fd00::1]:5 > [fd00::2]:6", "[fd00::1]:5 > [fd00::2]:6",
     "TCP S.  len 60 ttl 64 vlan 100.7", 82},
    {kLlcStp, "802.3 LLC", "", "802.3 LLC  len 38", 17},
    {kSnapIpv4, "UDP 10.1.0.1:40000 > 10.1.0.2:9", "10.1.0.1:40000 > 10.1.0.2:9",
     "UDP  len 32 ttl 64", 50},
    {kUnknownEthertype, "ethertype 0x88b5", "", "ethertype 0x88b5  len 5", 14},
    {kTunIpv4, "UDP 10.1.0.1:40000 > 10.1.0.2:9", "10.1.0.1:40000 > 10.1.0.2:9",
     "UDP  len 32 ttl 64", 28},
    {kTunIpv6, "UDP [fd00::1]:5 > [fd00::2]:6", "[fd00::1]:5 > [fd00::2]:6", "UDP  len 48 ttl 64",
     48},
    {kIpip, "IPIP 172.16.0.1 > 172.16.0.2", "172.16.0.1 > 172.16.0.2",
     "IPIP  len 60 ttl 64  [192.168.7.1:1000 > 192.168.7.2:22 TCP .]", 74},
    {kSixInFour, "IPv6-in-IP 172.16.0.1 > 172.16.0.2", "172.16.0.1 > 172.16.0.2",
     "IPv6-in-IP  len 68 ttl 64  [fd00::1 > fd00::2 ICMPv6 echo reply id 78 seq 4]", 82},
    {kGre, "GRE 172.16.0.1 > 172.16.0.2", "172.16.0.1 > 172.16.0.2",
     "GRE  len 64 ttl 64  [192.168.7.1:1000 > 192.168.7.2:22 TCP .]", 78},
    {kGreKeyChecksumSequence, "GRE 172.16.0.1 > 172.16.0.2", "172.16.0.1 > 172.16.0.2",
     "GRE  len 76 ttl 64  key 0x2a [192.168.7.1:1000 > 192.168.7.2:22 TCP .]", 90},
    {kGreTap, "GRE fd00::1 > fd00::2", "fd00::1 > fd00::2",
     "GRE  len 102 ttl 64  key 0x2a [192.168.7.1:1000 > 192.168.7.2:22 TCP .]", 116},
    {kVxlan, "UDP 172.16.0.1:55555 > 172.16.0.2:4789", "172.16.0.1:55555 > 172.16.0.2:4789",
     "UDP  len 90 ttl 64  vxlan 5 [192.168.7.1:1000 > 192.168.7.2:22 TCP .]", 104},
    {kVxlanCarriesArp, "UDP 172.16.0.1:55555 > 172.16.0.2:4789",
     "172.16.0.1:55555 > 172.16.0.2:4789",
     "UDP  len 78 ttl 64  vxlan 5 [ARP who-has 10.0.0.2 tell 10.0.0.1]", 92},
    {kGeneve, "UDP 172.16.0.1:55555 > 172.16.0.2:6081", "172.16.0.1:55555 > 172.16.0.2:6081",
     "UDP  len 98 ttl 64  geneve 9 [192.168.7.1:1000 > 192.168.7.2:22 TCP .]", 112},
    {kNestedSix, "IPIP 10.0.0.11 > 10.0.0.12", "10.0.0.11 > 10.0.0.12",
     "IPIP  len 148 ttl 64  [10.0.0.9 > 10.0.0.10 IPIP [10.0.0.7 > 10.0.0.8 IPIP [10.0.0.5 > "
     "10.0.0.6 IPIP [10.0.0.3 > 10.0.0.4 IPIP]]]]",
     100},
    {kWrongVersion, "IPv4", "", "IPv4  len 32", 34},
    {kWrongHeaderLength, "IPv4", "", "IPv4  len 32", 34},
};

class FrameWords : public ::testing::TestWithParam<Words> {};

TEST_P(FrameWords, AreThoseOfTheFrame) {
  const Words& words = GetParam();
  const PacketSection section = section_of(words.frame);
  EXPECT_EQ(flow_text(section), words.flow);
  EXPECT_EQ(endpoints_text(section), words.endpoints);
  EXPECT_EQ(summary_text(section), words.summary);
  EXPECT_EQ(header_length(section), words.header_bytes);
  EXPECT_EQ(decode_packet(section).header_bytes, words.header_bytes);
}

INSTANTIATE_TEST_SUITE_P(EachKind, FrameWords, ::testing::ValuesIn(kWords),
                         [](const auto& kind) { return std::string(kind.param.frame.name); });

TEST(FrameWordsTable, CoversEveryFrame) { EXPECT_EQ(kWords.size(), kFrames.size()); }

PacketSection only_socket(uint8_t family, uint8_t protocol) {
  PacketSection section;
  section.socket.family = family;
  section.socket.protocol = protocol;
  section.socket.source_port = 40000;
  section.socket.dest_port = 80;
  section.socket.source = {10, 1, 0, 1};
  section.socket.dest = {10, 1, 0, 2};
  return section;
}

TEST(FlowText, ComesFromTheSocketWhereThereIsNoHeaderYet) {
  const PacketSection tcp = only_socket(AF_INET, IPPROTO_TCP);
  EXPECT_EQ(flow_text(tcp), "TCP 10.1.0.1:40000 > 10.1.0.2:80");
  EXPECT_EQ(endpoints_text(tcp), "10.1.0.1:40000 > 10.1.0.2:80");
  EXPECT_EQ(summary_text(tcp), "TCP  no header yet");
  EXPECT_EQ(flow_text(only_socket(AF_INET6, IPPROTO_UDP)), "UDP [a01:1::]:40000 > [a01:2::]:80");
}

TEST(FlowText, OfASocketWithoutPortsHasNone) {
  PacketSection raw = only_socket(AF_INET, IPPROTO_ICMP);
  raw.socket.source_port = 0;
  raw.socket.dest_port = 0;
  EXPECT_EQ(flow_text(raw), "ICMP 10.1.0.1 > 10.1.0.2");
}

// The kernel keeps the protocol's number where the port would be (inet_create()).
TEST(FlowText, OfARawSocketShowsNoProtocolAsAPort) {
  for (const uint8_t protocol : {uint8_t{IPPROTO_ICMP}, uint8_t{IPPROTO_UDP}}) {
    PacketSection raw = only_socket(AF_INET, protocol);
    raw.socket.source_port = protocol;
    raw.socket.dest_port = 0;
    EXPECT_EQ(endpoints_text(raw), "10.1.0.1 > 10.1.0.2");
  }
  // of a ping socket, whose port is the identifier
  EXPECT_EQ(endpoints_text(only_socket(AF_INET, IPPROTO_ICMP)), "10.1.0.1 > 10.1.0.2");
}

TEST(FlowText, IsEmptyWhereNothingIsKnown) {
  EXPECT_EQ(flow_text(PacketSection{}), "");
  EXPECT_EQ(endpoints_text(PacketSection{}), "");
  EXPECT_EQ(summary_text(PacketSection{}), "");
}

TEST(SummaryText, CountsALengthThatTheHeaderCannotSay) {
  PacketSection big = section_of(kTcpData);
  big.bytes[16] = big.bytes[17] = 0;  // IPv4 total length of a BIG TCP packet
  big.len = 200014;
  EXPECT_EQ(summary_text(big), "TCP P.  len 200000 ttl 64");
}

TEST(TcpHeader, WritesFlagsAsTcpdumpDoes) {
  const auto text = [](uint8_t flags) {
    TcpHeader tcp;
    tcp.flags = flags;
    return tcp.flags_text();
  };
  EXPECT_EQ(text(0x00), "none");
  EXPECT_EQ(text(0x02), "S");
  EXPECT_EQ(text(0x12), "S.");
  EXPECT_EQ(text(0x18), "P.");
  EXPECT_EQ(text(0x04), "R");
  EXPECT_EQ(text(0x10), ".");
  EXPECT_EQ(text(0x11), "F.");
  EXPECT_EQ(text(0xff), "FSRP.UEW");
}

}  // namespace
}  // namespace tracker::testing
