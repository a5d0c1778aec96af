// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/free_meaning.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "tests/unit/event_sample.h"

namespace tracker::testing {
namespace {

constexpr uint64_t kFreePlace = 0x4000;
constexpr uint32_t kUnspecified = 2, kCaptureError = 40, kPurge = 41, kUsed = 1;

// A free of an skb that has neither device nor socket, at a function, for a reason.
class Free {
 public:
  Free(const char* function, uint32_t reason) {
    names.symbols[kFreePlace] = {function, 0x10, ""};
    names.reasons[kUsed] = {"SKB_CONSUMED", "core"};
    names.reasons[kUnspecified] = {"NOT_SPECIFIED", "core"};
    names.reasons[kCaptureError] = {"PACKET_SOCK_ERROR", "core"};
    names.reasons[kPurge] = {"QUEUE_PURGE", "core"};
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
  EXPECT_EQ(Free("packet_rcv", kCaptureError).device().meaning(), FreeMeaning::kCapture);
  EXPECT_EQ(Free("tpacket_rcv", kUnspecified).device().meaning(), FreeMeaning::kCapture);
  EXPECT_EQ(Free("skb_queue_purge_reason", kPurge).socket(AF_PACKET, SOCK_RAW).meaning(),
            FreeMeaning::kCapture);
}

// A DHCP client or a test tool sends by a packet socket: what is dropped then is its packet.
TEST(FreeMeaning, OfWhatAPacketSocketSendsIsALoss) {
  EXPECT_EQ(Free("tcf_qevent_handle", kUnspecified).socket(AF_PACKET, SOCK_RAW).device().meaning(),
            FreeMeaning::kLoss);
  EXPECT_EQ(Free("packet_snd", kUnspecified).socket(AF_PACKET, SOCK_RAW).meaning(),
            FreeMeaning::kLoss);
}

TEST(FreeMeaning, OfARawSocketsCopyIsNotThePackets) {
  EXPECT_EQ(Free("raw_rcv_skb", kUnspecified).device().meaning(), FreeMeaning::kRawCopy);
  EXPECT_EQ(Free("inet_sock_destruct", kPurge).socket(AF_INET, SOCK_RAW).cloned().meaning(),
            FreeMeaning::kRawCopy);
  // sent by it, or the only one there is
  EXPECT_EQ(Free("__dev_queue_xmit", kPurge).socket(AF_INET, SOCK_RAW).cloned().device().meaning(),
            FreeMeaning::kLoss);
  EXPECT_EQ(Free("inet_sock_destruct", kPurge).socket(AF_INET, SOCK_RAW).meaning(),
            FreeMeaning::kLoss);
}

TEST(FreeMeaning, OfAnEchoReplyDependsOnWhetherSomebodyHasACopy) {
  EXPECT_EQ(Free("ping_rcv", kNoSocket).packet(kPingReply).cloned().meaning(),
            FreeMeaning::kAnswer);
  EXPECT_EQ(Free("ping_rcv", kNoSocket).packet(kPingReply).meaning(), FreeMeaning::kLoss);
  EXPECT_EQ(Free("ping_rcv", kNoSocket).packet(kTcp4Syn).cloned().meaning(), FreeMeaning::kLoss);
}

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

TEST(FreeMeaning, IsSaidInWordsWhereItIsNoLoss) {
  EXPECT_EQ(free_meaning_text(FreeMeaning::kLoss), "");
  EXPECT_EQ(free_meaning_text(FreeMeaning::kPart), "a part of a packet, freed with the whole");
}

}  // namespace
}  // namespace tracker::testing
