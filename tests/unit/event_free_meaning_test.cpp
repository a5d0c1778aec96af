// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/free_meaning.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "tests/unit/event_sample.h"

namespace tracker::testing {
namespace {

constexpr uint64_t kFreePlace = 0x4000;
constexpr uint32_t kUnspecified = 2, kCaptureError = 40, kPurge = 41, kUsed = 1;
constexpr uint32_t kForAnother = 42;

// A free of an skb that has neither device nor socket, at a function, for a reason.
class Free {
 public:
  Free(const char* function, uint32_t reason) {
    names.symbols[kFreePlace] = {function, 0x10, ""};
    names.reasons[kUsed] = {"SKB_CONSUMED", "core"};
    names.reasons[kUnspecified] = {"NOT_SPECIFIED", "core"};
    names.reasons[kCaptureError] = {"PACKET_SOCK_ERROR", "core"};
    names.reasons[kPurge] = {"QUEUE_PURGE", "core"};
    names.reasons[kForAnother] = {"IPV6_NDISC_NS_OTHERHOST", "core"};
    event.sections = section_bit(Section::kDrop) | section_bit(Section::kSkb);
    event.drop = {reason, true, kFreePlace};
  }
  Free& socket(uint16_t family, uint16_t type) {
    event.add(Section::kSock);
    event.sock.family = family;
    event.sock.type = type;
    return *this;
  }
  Free& device() {
    event.add(Section::kDev);
    event.dev.ifindex = 2;
    return *this;
  }
  Free& cloned() {
    event.skb.cloned = true;
    return *this;
  }
  Free& packet(const Frame& frame) {
    event.add(Section::kPacket);
    event.packet = section_of(frame);
    return *this;
  }
  FreeMeaning meaning() const { return free_meaning(event, names); }

  Event event;
  Names names = sample_names();
};

TEST(FreeMeaning, OfWhatNothingIsKnownIsALoss) {
  EXPECT_EQ(Free("tcp_v4_rcv", kNoSocket).meaning(), FreeMeaning::kLoss);
  EXPECT_EQ(free_meaning(Event{}, Names{}), FreeMeaning::kLoss);
}

TEST(FreeMeaning, OfPartsIsThatTheWholeIsFreed) {
  EXPECT_EQ(Free("skb_release_data", kUnspecified).meaning(), FreeMeaning::kPart);
  EXPECT_EQ(Free("skb_release_data.part.0", kUnspecified).meaning(), FreeMeaning::kPart);
  EXPECT_EQ(Free("skb_release_head_state", kUnspecified).meaning(), FreeMeaning::kLoss);
}

TEST(FreeMeaning, OfACapturesCopyIsNotThePackets) {
  EXPECT_EQ(Free("packet_rcv", kCaptureError).device().cloned().meaning(), FreeMeaning::kCapture);
  EXPECT_EQ(Free("tpacket_rcv", kUnspecified).device().cloned().meaning(), FreeMeaning::kCapture);
  EXPECT_EQ(Free("skb_queue_purge_reason", kPurge).socket(AF_PACKET, SOCK_RAW).cloned().meaning(),
            FreeMeaning::kCapture);
}

// A frame that a packet socket alone was given, as LLDP's daemon: nobody else has it.
TEST(FreeMeaning, OfTheOnlyCopyAtAPacketSocketIsALoss) {
  EXPECT_EQ(Free("packet_rcv", kCaptureError).device().meaning(), FreeMeaning::kLoss);
  EXPECT_EQ(Free("skb_queue_purge_reason", kPurge).socket(AF_PACKET, SOCK_RAW).meaning(),
            FreeMeaning::kLoss);
}

// A DHCP client or a test tool sends by a packet socket: what is dropped then is its packet.
TEST(FreeMeaning, OfWhatAPacketSocketSendsIsALoss) {
  EXPECT_EQ(Free("tcf_qevent_handle", kUnspecified).socket(AF_PACKET, SOCK_RAW).device().meaning(),
            FreeMeaning::kLoss);
  EXPECT_EQ(Free("packet_snd", kUnspecified).socket(AF_PACKET, SOCK_RAW).meaning(),
            FreeMeaning::kLoss);
}

TEST(FreeMeaning, OfARawSocketsCopyIsNotThePackets) {
  EXPECT_EQ(Free("raw_rcv_skb", kUnspecified).packet(kUdp4).device().meaning(),
            FreeMeaning::kRawCopy);
  const Free queued =
      Free("inet_sock_destruct", kPurge).packet(kUdp4).socket(AF_INET, SOCK_RAW).cloned();
  EXPECT_EQ(queued.meaning(), FreeMeaning::kRawCopy);
  EXPECT_EQ(Free(queued).device().meaning(), FreeMeaning::kLoss) << "sent by it";
  EXPECT_EQ(Free("inet_sock_destruct", kPurge).packet(kUdp4).socket(AF_INET, SOCK_RAW).meaning(),
            FreeMeaning::kLoss)
      << "the only one there is";
}

// Without the packet's bytes nobody knows whether the kernel took it as well.
TEST(FreeMeaning, OfARawSocketsCopyWithoutItsPacketIsALoss) {
  EXPECT_EQ(Free("raw_rcv_skb", kUnspecified).device().meaning(), FreeMeaning::kLoss);
}

TEST(FreeMeaning, OfAnEchoReplyDependsOnWhetherSomebodyHasACopy) {
  EXPECT_EQ(Free("ping_rcv", kNoSocket).packet(kPingReply).cloned().meaning(),
            FreeMeaning::kAnswer);
  EXPECT_EQ(Free("ping_rcv", kNoSocket).packet(kPingReply).meaning(), FreeMeaning::kLoss);
  EXPECT_EQ(Free("ping_rcv", kNoSocket).packet(kTcp4Syn).cloned().meaning(), FreeMeaning::kLoss);
}

// OSPF's or VRRP's daemon reads a raw socket: its copy is the packet's only use.
TEST(FreeMeaning, OfARawSocketsPacketThatTheKernelHasNoUseForIsALoss) {
  EXPECT_EQ(Free("raw_rcv_skb", kUnspecified).packet(kProto253).cloned().meaning(),
            FreeMeaning::kLoss);
  EXPECT_EQ(Free("raw_rcv_skb", kUnspecified).packet(kUdp4).cloned().meaning(),
            FreeMeaning::kRawCopy);
  EXPECT_EQ(Free("rawv6_rcv_skb", kUnspecified).packet(kPing6).cloned().meaning(),
            FreeMeaning::kRawCopy);
}

// Where things lie in the IPv6 frames.
constexpr size_t kNextHeader = 14 + 6, kHopLimit = 14 + 7, kDestScope = 14 + 25;
constexpr size_t kIcmpType = 14 + 40, kIcmpCode = kIcmpType + 1;

TEST(FreeMeaning, OfNeighbourDiscoveryThatWasHandledIsNone) {
  EXPECT_EQ(Free("icmpv6_rcv", kUnspecified).packet(kNeighbourSolicitation).meaning(),
            FreeMeaning::kProcessed);
  Free forwarded("icmpv6_rcv", kUnspecified);
  forwarded.packet(kNeighbourSolicitation);
  forwarded.event.packet.bytes[14 + 7] = 254;  // the hop limit
  EXPECT_EQ(forwarded.meaning(), FreeMeaning::kLoss);
  EXPECT_EQ(Free("icmpv6_rcv", kUnspecified).packet(kPing6).meaning(), FreeMeaning::kLoss);
  EXPECT_EQ(Free("ip6_forward", kUnspecified).packet(kNeighbourSolicitation).meaning(),
            FreeMeaning::kLoss);
}

// ndisc_rcv() refuses these, without a reason on 6.1.
TEST(FreeMeaning, OfNeighbourDiscoveryThatWasRefusedIsALoss) {
  Free forwarded = Free("icmpv6_rcv", kUnspecified).packet(kNeighbourSolicitation);
  forwarded.event.packet.bytes[kHopLimit] = 254;
  EXPECT_EQ(forwarded.meaning(), FreeMeaning::kLoss);
  Free coded = Free("icmpv6_rcv", kUnspecified).packet(kNeighbourSolicitation);
  coded.event.packet.bytes[kIcmpCode] = 1;
  EXPECT_EQ(coded.meaning(), FreeMeaning::kLoss);
}

// A kernel without SKB_CONSUMED frees the echo requests that it answers, and errors, so too.
TEST(FreeMeaning, OfOldIcmpv6SaysNothingOfALoss) {
  Free ping = Free("icmpv6_rcv", kUnspecified).packet(kPing6);
  ping.names.reasons.erase(kUsed);
  EXPECT_EQ(ping.meaning(), FreeMeaning::kOldIcmpv6);
  constexpr uint8_t kTooBig = 2, kUnknown = 200;
  ping.event.packet.bytes[kIcmpType] = kTooBig;
  EXPECT_EQ(ping.meaning(), FreeMeaning::kOldIcmpv6);
  ping.event.packet.bytes[kIcmpType] = kUnknown;
  EXPECT_EQ(ping.meaning(), FreeMeaning::kLoss);
}

TEST(FreeMeaning, OfWhatIsForOthersOnTheLinkIsNone) {
  Free report = Free("icmpv6_rcv", kUnspecified).packet(kPing6);
  constexpr uint8_t kListenerReport = 143;
  report.event.packet.bytes[kIcmpType] = kListenerReport;
  EXPECT_EQ(report.meaning(), FreeMeaning::kForOthers);
  Free group = Free("ip6_mc_input", kUnspecified).packet(kNeighbourSolicitation);
  EXPECT_EQ(group.meaning(), FreeMeaning::kForOthers);
  // a program may have meant to join these
  Free data = Free("ip6_mc_input", kUnspecified).packet(kNeighbourSolicitation);
  data.event.packet.bytes[kNextHeader] = IPPROTO_UDP;
  EXPECT_EQ(data.meaning(), FreeMeaning::kLoss);
  group.event.packet.bytes[kDestScope] = 0x05;
  EXPECT_EQ(group.meaning(), FreeMeaning::kLoss);
  EXPECT_EQ(Free("icmpv6_rcv", kForAnother).packet(kNeighbourSolicitation).meaning(),
            FreeMeaning::kForOthers);
}

TEST(FreeMeaning, IsSaidInWordsWhereItIsNoLoss) {
  EXPECT_EQ(free_meaning_text(FreeMeaning::kLoss), "");
  EXPECT_EQ(free_meaning_text(FreeMeaning::kPart), "a part of a packet, freed with the whole");
}

}  // namespace
}  // namespace tracker::testing
