// SPDX-License-Identifier: GPL-2.0-or-later
//
// The fields of decoded headers, and bytes that are cut off or wrong.
#include "event/packet.h"

#include <gtest/gtest.h>
#include <netinet/in.h>

#include <random>

#include "event/header_map.h"
#include "event/render.h"
#include "tests/unit/event_frames.h"

namespace tracker::testing {
namespace {

Packet decoded(const Frame& frame) { return decode_packet(section_of(frame)); }

TEST(DecodePacket, ReadsEthernetIpv4AndTcp) {
  const Packet packet = decoded(kTcp4Syn);
  ASSERT_TRUE(packet.ethernet && packet.ip && packet.tcp);
  EXPECT_EQ(mac_text(packet.ethernet->source), "52:54:00:00:00:01");
  EXPECT_EQ(mac_text(packet.ethernet->dest), "52:54:00:00:00:02");
  EXPECT_EQ(packet.ethernet->ethertype, 0x0800);
  EXPECT_EQ(packet.ip->source.text(), "10.1.0.1");
  EXPECT_EQ(packet.ip->dest.text(), "10.1.0.2");
  EXPECT_EQ(packet.ip->protocol, IPPROTO_TCP);
  EXPECT_EQ(packet.ip->ttl, 64);
  EXPECT_EQ(packet.ip->id, 0x1234);
  EXPECT_EQ(packet.ip->len, 60);
  EXPECT_TRUE(packet.ip->dont_fragment);
  EXPECT_EQ(packet.tcp->source_port, 40000);
  EXPECT_EQ(packet.tcp->dest_port, 80);
  EXPECT_EQ(packet.tcp->seq, 0x1000U);
  EXPECT_EQ(packet.tcp->flags, 2);
  EXPECT_EQ(packet.tcp->window, 64240);
  EXPECT_FALSE(packet.udp || packet.icmp || packet.arp || packet.inner || packet.tunnel);
}

TEST(DecodePacket, ReadsIpv6LengthAndFlowLabel) {
  const Packet packet = decoded(kUdp6);
  ASSERT_TRUE(packet.ip && packet.udp);
  EXPECT_EQ(packet.ip->version, 6);
  EXPECT_EQ(packet.ip->len, 51U);
  EXPECT_EQ(packet.ip->flow_label, 0x12345U);
  EXPECT_EQ(packet.udp->len, 11);
}

TEST(DecodePacket, ReadsVlanTagsOutermostFirst) {
  EXPECT_EQ(decoded(kVlan).ethernet->vlans, (std::vector<uint16_t>{0x6005}));
  const Packet packet = decoded(kQinQ);
  EXPECT_EQ(packet.ethernet->vlans, (std::vector<uint16_t>{100, 7}));
  EXPECT_EQ(packet.ethernet->ethertype, 0x86dd);
}

TEST(DecodePacket, ReadsNoTransportInALaterFragment) {
  const Packet first = decoded(kFirstFragment);
  EXPECT_TRUE(first.udp && first.ip->more_fragments);
  const Packet later = decoded(kLaterFragment);
  EXPECT_FALSE(later.udp);
  EXPECT_EQ(later.ip->fragment_offset, 1480);
  EXPECT_EQ(later.ip->protocol, IPPROTO_UDP);
  const Packet later6 = decoded(kIpv6LaterFragment);
  EXPECT_FALSE(later6.udp);
  EXPECT_EQ(later6.ip->fragment_offset, 1448);
  EXPECT_EQ(later6.ip->id, 0xdeadbeef);
}

TEST(DecodePacket, ReadsEchoIdsOnlyInEchoMessages) {
  EXPECT_EQ(decoded(kPingRequest).icmp->id, 77);
  EXPECT_EQ(decoded(kPingRequest).icmp->sequence, 3);
  EXPECT_EQ(decoded(kPing6).icmp->id, 78);
  EXPECT_FALSE(decoded(kPortUnreachable).icmp->id);
  EXPECT_FALSE(decoded(kNeighbourSolicitation).icmp->id);
}

TEST(DecodePacket, ReadsArp) {
  const Packet packet = decoded(kArpReply);
  ASSERT_TRUE(packet.arp);
  EXPECT_EQ(packet.arp->operation, 2);
  EXPECT_EQ(packet.arp->sender.text(), "10.0.0.2");
  EXPECT_EQ(mac_text(packet.arp->sender_mac), "52:54:00:00:00:02");
  EXPECT_EQ(packet.arp->target.text(), "10.0.0.1");
}

TEST(DecodePacket, TakesEthernetPaddingForNoTransportHeader) {
  PacketSection section = section_of(kEthernetPadding);
  section.bytes[23] = IPPROTO_UDP;  // two bytes of IP payload, then 24 of padding
  EXPECT_FALSE(decode_packet(section).udp);
}

TEST(NetworkLength, IsTheSameWithAndWithoutALinkHeader) {
  const PacketSection frame = section_of(kUdp4);
  ASSERT_EQ(frame.len, 46U);
  EXPECT_EQ(network_length(frame), 32U);

  PacketSection bare = frame;
  bare.link = LinkLayer::kNone;
  bare.ethertype = 0x0800;
  bare.bytes.erase(bare.bytes.begin(), bare.bytes.begin() + 14);
  bare.len -= 14;
  EXPECT_EQ(network_length(bare), 32U);

  PacketSection tagged = frame;
  const std::vector<uint8_t> tags = bytes_of("88a8000581000064");
  tagged.bytes.insert(tagged.bytes.begin() + 12, tags.begin(), tags.end());
  tagged.len += 8;
  EXPECT_EQ(network_length(tagged), 32U);
  EXPECT_EQ(network_length(section_of(kTcp6Syn)), 80U);
  EXPECT_EQ(network_length(section_of(kArpRequest)), 28U);
}

TEST(NetworkLength, IsOfThePacketWhateverWasKeptAndHoweverItsHeaderLies) {
  const PacketSection whole = section_of(kUdp4);
  EXPECT_EQ(network_length(cut_to(whole, 34)), 32U);
  EXPECT_EQ(network_length(cut_to(whole, 20)), 32U) << "no whole IP header: what is there";
  EXPECT_EQ(network_length(cut_to(whole, 0)), 32U);

  PacketSection padded = whole;
  padded.bytes.resize(60);
  padded.len = 60;
  EXPECT_EQ(network_length(padded), 32U);

  PacketSection lying = whole;
  lying.bytes[16] = 0xff;
  EXPECT_EQ(network_length(lying), 32U) << "more than is there";
  PacketSection large = whole;
  large.bytes[16] = large.bytes[17] = 0;
  large.len = 100'014;
  EXPECT_EQ(network_length(large), 100'000U) << "more than the field can say";
  PacketSection jumbo = section_of(kTcp6Syn);
  jumbo.bytes[18] = jumbo.bytes[19] = 0;
  jumbo.len = 100'014;
  EXPECT_EQ(network_length(jumbo), 100'000U);
  EXPECT_EQ(network_length(PacketSection{}), 0U);
}

TEST(DecodePacket, FindsWhatATunnelCarries) {
  for (const Frame& frame : {kIpip, kGre, kGreKeyChecksumSequence, kGreTap, kVxlan, kGeneve}) {
    const Packet packet = decoded(frame);
    ASSERT_TRUE(packet.inner && packet.tunnel) << frame.name;
    ASSERT_TRUE(packet.inner->ip && packet.inner->tcp) << frame.name;
    EXPECT_EQ(packet.inner->ip->source.text(), "192.168.7.1") << frame.name;
    EXPECT_EQ(packet.inner->tcp->dest_port, 22) << frame.name;
    EXPECT_EQ(packet.inner->header_bytes, 0U) << frame.name;
  }
  EXPECT_EQ(decoded(kVxlan).tunnel, (TunnelHeader{TunnelKind::kVxlan, 5}));
  EXPECT_EQ(decoded(kGeneve).tunnel, (TunnelHeader{TunnelKind::kGeneve, 9}));
  EXPECT_EQ(decoded(kGreKeyChecksumSequence).tunnel, (TunnelHeader{TunnelKind::kGre, 0x2a}));
  EXPECT_EQ(decoded(kGre).tunnel, (TunnelHeader{TunnelKind::kGre, std::nullopt}));
  EXPECT_EQ(decoded(kIpip).tunnel, (TunnelHeader{TunnelKind::kIpip, std::nullopt}));
  EXPECT_EQ(mac_text(decoded(kGeneve).inner->ethernet->source), "0a:00:00:00:00:01");
  EXPECT_TRUE(decoded(kVxlanCarriesArp).inner->arp);
}

TEST(DecodePacket, LooksIntoFourTunnelsAndNoMore) {
  const Packet packet = decoded(kNestedSix);
  size_t depth = 0;
  for (const Packet* inner = packet.inner.get(); inner != nullptr; inner = inner->inner.get()) {
    ++depth;
  }
  EXPECT_EQ(depth, kMaxTunnels);
}

TEST(DecodePacket, BoundsVlanTagsAndExtensionHeaders) {
  PacketSection tags;
  tags.link = LinkLayer::kEthernet;
  tags.bytes.assign(12, 0);
  for (int i = 0; i < 1000; ++i) tags.bytes.insert(tags.bytes.end(), {0x81, 0x00, 0x00, 0x01});
  EXPECT_EQ(decode_packet(tags).ethernet->vlans.size(), kMaxVlans);

  PacketSection options = section_of(kTunIpv6);
  options.bytes.resize(40);
  options.bytes[6] = 60;                    // destination options,
  options.bytes[4] = options.bytes[5] = 0;  // of any length
  for (int i = 0; i < 1000; ++i) {
    options.bytes.insert(options.bytes.end(), {60, 0, 1, 4, 0, 0, 0, 0});
  }
  EXPECT_EQ(header_length(options), 40 + 8 * kMaxExtensions);
}

TEST(DecodePacket, TakesAVxlanPortWithoutAVxlanHeaderForUdp) {
  PacketSection section = section_of(kVxlan);
  section.bytes[42] = 0;  // the flags
  const Packet packet = decode_packet(section);
  EXPECT_TRUE(packet.udp);
  EXPECT_FALSE(packet.inner || packet.tunnel);
  EXPECT_EQ(packet.header_bytes, 42U);
}

TEST(DecodePacket, LeavesAWrongIpHeaderOut) {
  for (const Frame& frame : {kWrongVersion, kWrongHeaderLength}) {
    const Packet packet = decoded(frame);
    EXPECT_TRUE(packet.ethernet) << frame.name;
    EXPECT_EQ(packet.ethertype, 0x0800) << frame.name;
    EXPECT_FALSE(packet.ip || packet.udp) << frame.name;
  }
}

TEST(DecodePacket, KnowsTheTypeWithoutALinkHeader) {
  const Packet packet = decoded(kTunIpv4);
  EXPECT_FALSE(packet.ethernet);
  EXPECT_EQ(packet.ethertype, 0x0800);
  EXPECT_TRUE(packet.udp);
}

TEST(CutOffFrames, AreReadAsFarAsTheyGo) {
  for (const Frame& frame : kFrames) {
    const Packet whole = decoded(frame);
    for (size_t size = 0; size <= frame.hex.size() / 2; ++size) {
      const PacketSection section = cut_to(section_of(frame), size);
      const Packet packet = decode_packet(section);
      ASSERT_LE(packet.header_bytes, size) << frame.name;
      ASSERT_EQ(packet.header_bytes, header_length(section)) << frame.name;
      // What was cut off is absent; what is there is what it was.
      ASSERT_TRUE(!packet.ethernet || packet.ethernet->source == whole.ethernet->source);
      ASSERT_TRUE(!packet.ip || packet.ip->source == whole.ip->source) << frame.name;
      ASSERT_TRUE(!packet.tcp || packet.tcp == whole.tcp) << frame.name;
      ASSERT_TRUE(!packet.udp || packet.udp == whole.udp) << frame.name;
      ASSERT_TRUE(!packet.arp || packet.arp == whole.arp) << frame.name;
      ASSERT_EQ(flow_text(section).empty(), packet.ethertype == 0) << frame.name;
      if (size >= whole.header_bytes) {
        ASSERT_EQ(packet.ip, whole.ip) << frame.name;
        ASSERT_EQ(packet.icmp, whole.icmp) << frame.name;
        ASSERT_EQ(packet.inner != nullptr, whole.inner != nullptr) << frame.name;
      }
    }
  }
}

TEST(CutOffFrames, KeepTheirHeadersWhenCutToThem) {
  for (const Frame& frame : kFrames) {
    const uint32_t headers = header_length(section_of(frame));
    EXPECT_EQ(header_length(cut_to(section_of(frame), headers)), headers) << frame.name;
  }
}

TEST(RandomBytes, NeverLeadOutOfThePacket) {
  std::mt19937 random(1);
  for (const Frame& frame : kFrames) {
    for (int round = 0; round < 300; ++round) {
      PacketSection section = section_of(frame);
      for (int flips = 0; flips < 4; ++flips) {
        section.bytes[random() % section.bytes.size()] = static_cast<uint8_t>(random());
      }
      section = cut_to(section, random() % (section.bytes.size() + 1));
      ASSERT_LE(decode_packet(section).header_bytes, section.bytes.size());
      ASSERT_EQ(escape_text(summary_text(section)), summary_text(section));
    }
  }
}

TEST(IpAddress, WithoutAFamilyHasNoText) { EXPECT_EQ(IpAddress{}.text(), ""); }

}  // namespace
}  // namespace tracker::testing
