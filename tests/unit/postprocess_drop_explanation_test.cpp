// SPDX-License-Identifier: GPL-2.0-or-later
//
// What a drop's event adds to its reason and place.
#include "postprocess/drop_explanation.h"

#include <gtest/gtest.h>
#include <linux/if_ether.h>
#include <sys/socket.h>

#include "postprocess/journey.h"
#include "postprocess/loss_index.h"
#include "postprocess/reason_text.h"
#include "tests/unit/event_frames.h"

namespace tracker::testing {
namespace {

constexpr uint64_t kAt = 0x4000;
constexpr uint32_t kReason = 7;

// A drop at a function, for a reason.
struct Dropped {
  Dropped(const char* function, const char* reason) {
    names.probes = {{"tp", "skb:kfree_skb", std::nullopt, ProbeRole::kDropped},
                    {"tp", "net:netif_receive_skb", std::nullopt, ProbeRole::kReceive}};
    names.symbols[kAt] = {function, 0x10, ""};
    names.reasons[kReason] = {reason, "core"};
    event.add(Section::kDrop);
    event.drop = {kReason, true, kAt};
  }
  Dropped& packet(const Frame& frame) {
    event.add(Section::kPacket);
    event.packet = section_of(frame);
    return *this;
  }
  Dropped& tcp_flags(uint8_t flags) {
    packet(kTcp4Syn);
    constexpr size_t kFlags = 14 + 20 + 13;
    event.packet.bytes[kFlags] = flags;
    return *this;
  }
  Dropped& buffer(uint32_t used, uint32_t size) {
    event.add(Section::kSock);
    event.sock = {1, AF_INET, SOCK_STREAM, 6, 1, true, size, used};
    return *this;
  }
  std::string_view text() const { return drop_explanation(event, names); }

  Event event;
  Names names;
};

TEST(DropExplanation, IsTheReasonsWhereTheEventAddsNothing) {
  EXPECT_EQ(Dropped("ip_rcv_core", "IP_CSUM").text(), reason_explanation("IP_CSUM"));
  EXPECT_EQ(Dropped("tcp_v4_rcv", "NO_SOCKET").text(),
            reason_explanation("NO_SOCKET", "tcp_v4_rcv"));
  EXPECT_EQ(Dropped("ip_rcv_core", "NO_SUCH_REASON").text(), "");
  Dropped without("ip_rcv_core", "IP_CSUM");
  without.event.drop.has_reason = false;
  EXPECT_EQ(without.text(), "");
}

TEST(DropExplanation, OfATcpSegmentWithoutASocketDependsOnItsFlags) {
  constexpr uint8_t kSyn = 0x02, kRst = 0x04, kAck = 0x10;
  EXPECT_EQ(Dropped("tcp_v4_rcv", "NO_SOCKET").tcp_flags(kSyn).text(),
            "nothing listens there, or only on another address, device or VRF");
  EXPECT_EQ(Dropped("tcp_v4_rcv", "NO_SOCKET").tcp_flags(kAck).text(),
            "no connection here (in this VRF) fits it: closed meanwhile, or never made");
  EXPECT_EQ(Dropped("tcp_v4_rcv", "NO_SOCKET").tcp_flags(kSyn | kAck).text(),
            "no socket here (in this VRF) waits for this answer to a SYN");
  EXPECT_EQ(Dropped("tcp_v6_rcv", "NO_SOCKET").tcp_flags(kRst | kAck).text(),
            "a reset for a connection that is not here (any more)");
}

TEST(DropExplanation, OfTcpsMemoryDependsOnTheSocketsBuffer) {
  EXPECT_EQ(Dropped("tcp_data_queue", "PROTO_MEM").buffer(4000, 2304).text(),
            "this socket's receive buffer is full: the program does not read fast enough");
  EXPECT_EQ(Dropped("tcp_data_queue", "PROTO_MEM").buffer(1000, 2304).text(),
            reason_explanation("PROTO_MEM", "tcp_data_queue"));
  // UDP's is never its own buffer, which has a reason of its own
  EXPECT_EQ(Dropped("__udp_enqueue_schedule_skb", "PROTO_MEM").buffer(4000, 2304).text(),
            "UDP's memory limit (net.ipv4.udp_mem) or that of the socket's cgroup is reached");
}

TEST(DropExplanation, OfAnUnhandledFrameDependsOnItsEthertype) {
  Dropped frame("__netif_receive_skb_core", "UNHANDLED_PROTO");
  frame.event.add(Section::kSkb);
  frame.event.skb.protocol = ETH_P_IP;
  EXPECT_TRUE(frame.text().starts_with("its device takes no packets of its own")) << frame.text();
  frame.event.skb.protocol = ETH_P_IPV6;
  EXPECT_NE(frame.text().find("ipv6.disable"), std::string_view::npos) << frame.text();
  frame.event.skb.protocol = 0x88cc;
  EXPECT_EQ(frame.text(), "nothing here takes its ethertype");
}

TEST(DropExplanation, OfASegmentInTimeWaitSaysSo) {
  Dropped segment("tcp_v4_rcv", "NOT_SPECIFIED");
  segment.event.add(Section::kSock);
  segment.event.sock.state = 6;
  EXPECT_EQ(segment.text(), "for a connection in TIME_WAIT: answered if need be");
}

TEST(DropExplanation, OfMulticastThatNothingJoinedNamesTheGroup) {
  constexpr size_t kDest = 14 + 16;
  Dropped group("ip_rcv_finish_core", "NOT_SPECIFIED");
  group.packet(kUdp4);
  EXPECT_EQ(group.text(), reason_explanation("NOT_SPECIFIED", "ip_rcv_finish_core"));
  group.event.packet.bytes[kDest] = 239;
  EXPECT_TRUE(group.text().starts_with("nothing has joined its multicast group")) << group.text();
}

TEST(VlanTag, IsFoundBesideTheBytesAndInThem) {
  Event event;
  EXPECT_FALSE(has_vlan_tag(event));
  event.add(Section::kPacket);
  event.packet = section_of(kVlan);
  EXPECT_TRUE(has_vlan_tag(event));
  event.packet = section_of(kUdp4);
  EXPECT_FALSE(has_vlan_tag(event));
  event.add(Section::kSkb);
  event.skb.vlan_proto = ETH_P_8021Q;
  event.skb.vlan_tci = 3U << 13;  // a priority only
  EXPECT_FALSE(has_vlan_tag(event));
  event.skb.vlan_tci = 100;
  EXPECT_TRUE(has_vlan_tag(event));
}

// The verdict of a frame that came in tagged by `device`, and was dropped by "eth0" as another
// host's.
Verdict verdict_of_tagged(const Frame& frame, const char* device) {
  Dropped end("ip_rcv_core", "OTHERHOST");
  end.packet(kUdp4).event.add(Section::kDev);
  end.event.dev = {2, 2, FixedName("eth0")};
  Event arrival;
  arrival.probe = 1;
  arrival.add(Section::kPacket);
  arrival.packet = section_of(frame);
  arrival.add(Section::kDev);
  arrival.dev = {2, 0, FixedName(device)};
  const LossIndex losses({});
  JourneyBuilder builder(end.names, losses);
  builder.add(arrival);
  builder.add(end.event);
  return builder.finish().verdict;
}

TEST(DropExplanation, OfAnUnknownVlanIsNotAnotherHosts) {
  EXPECT_EQ(verdict_of_tagged(kVlan, "eth0").explanation,
            "this host has no device for its VLAN on the device it came in by");
  EXPECT_EQ(verdict_of_tagged(kUdp4, "eth0").explanation, reason_explanation("OTHERHOST"));
  EXPECT_EQ(verdict_of_tagged(kVlan, "eth1").explanation, reason_explanation("OTHERHOST"));
}

}  // namespace
}  // namespace tracker::testing
