// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include "postprocess/drops.h"
#include "postprocess/drops_render.h"
#include "postprocess/reason_text.h"
#include "postprocess/stats.h"
#include "tests/unit/postprocess_fixture.h"

namespace tracker::testing {
namespace {

const Names kNames = sample_names();

DropTable count(const std::string& by, const std::vector<Event>& events) {
  DropTable table(*parse_drop_keys(by), kNames);
  for (const Event& event : events) table.add(event);
  return table;
}

std::vector<std::string> only_values(const std::string& by, const Event& event) {
  const std::vector<DropGroup> groups = count(by, {event}).groups();
  return groups.size() == 1 ? groups[0].values : std::vector<std::string>{"not one group"};
}

TEST(Drops, AreCountedMostFirst) {
  const PacketSection packet = udp_packet(1, 40000, 2, 9);
  const DropTable table = count(
      "reason,location", {EventBuilder(kFreeProbe, 30, 1).drop(kNotSpecified),
                          EventBuilder(kFreeProbe, 20, 2).drop(kNoSocket).packet(packet),
                          EventBuilder(kFreeProbe, 10, 3).drop(kNoSocket).packet(packet),
                          EventBuilder(kFreeProbe, 40, 3).drop(kNoSocket, kTcpRcv).packet(packet)});
  const std::vector<DropGroup> groups = table.groups();
  ASSERT_EQ(groups.size(), 3U);
  EXPECT_EQ(groups[0],
            (DropGroup{{"NO_SOCKET", "__udp4_lib_rcv+0x4bc"}, kNoSocket, 2, 92, 10, 20}));
  EXPECT_EQ(groups[1].values, (std::vector<std::string>{"NOT_SPECIFIED", "__udp4_lib_rcv+0x4bc"}));
  EXPECT_EQ(groups[2].values, (std::vector<std::string>{"NO_SOCKET", "tcp_v4_rcv+0x77"}));
  EXPECT_EQ(table.total(), 4U);
}

TEST(Drops, AreNotWhatWasConsumedOrSeen) {
  const DropTable table =
      count("reason", {EventBuilder(kFreeProbe, 1, 1).drop(kConsumedReason),
                       EventBuilder(kConsumeProbe, 2, 2), EventBuilder(kReceiveProbe, 3, 3)});
  EXPECT_EQ(table.total(), 0U);
  EXPECT_TRUE(table.groups().empty());
  EXPECT_EQ(render_drops_text(table, sample_session()), "");
  EXPECT_EQ(render_drops_json(table), "");
}

TEST(Drops, CanBeGroupedByEachKey) {
  Event event = EventBuilder(kFreeProbe, 1, 1)
                    .drop(kNoSocket)
                    .task("nc", 5)
                    .dev("eth0", 2)
                    .left()
                    .packet(udp_packet(1, 40000, 2, 9));
  EXPECT_EQ(only_values("reason", event), std::vector<std::string>{"NO_SOCKET"});
  EXPECT_EQ(only_values("flow", event),
            std::vector<std::string>{"UDP 10.1.0.1:40000 > 10.1.0.2:9"});
  EXPECT_EQ(only_values("dev,netns,comm", event), (std::vector<std::string>{"eth0", "left", "nc"}));
  EXPECT_EQ(only_values("proto,len", event), (std::vector<std::string>{"UDP", "46"}));
  event.task.context = TaskContext::kSoftirq;
  EXPECT_EQ(only_values("comm", event), std::vector<std::string>{""}) << "only interrupted";
}

TEST(Drops, InANamespaceMadeAgainAreAGroupOfTheirOwn) {
  Names names = sample_names();
  names.netns.push_back({kLeftCookie + 50, 4026532001, "left"});
  DropTable table(*parse_drop_keys("netns"), names);
  table.add(EventBuilder(kFreeProbe, 1, 1).drop(kNoSocket).left());
  table.add(EventBuilder(kFreeProbe, 2, 2).drop(kNoSocket).netns(kLeftCookie + 50, 4026532001));
  table.add(EventBuilder(kFreeProbe, 3, 3).drop(kNoSocket).netns(kLeftCookie + 50, 4026532001));
  const std::vector<DropGroup> groups = table.groups();
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[0].values, std::vector<std::string>{"left (cookie 0x97)"});
  EXPECT_EQ(groups[0].count, 2U);
  EXPECT_EQ(groups[1].values, std::vector<std::string>{"left (cookie 0x65)"});
}

TEST(Drops, WithOneStackAreOneGroup) {
  Names names = sample_names();
  names.stacks = {{kTcpRcv, kUdpRcv}};
  DropTable table(*parse_drop_keys("stack"), names);
  Event event = EventBuilder(kFreeProbe, 1, 1).drop(kNoSocket);
  event.add(Section::kStack);
  table.add(event);
  table.add(event);
  ASSERT_EQ(table.groups().size(), 1U);
  EXPECT_EQ(render_drops_json(table),
            R"({"stack":["tcp_v4_rcv+0x77","__udp4_lib_rcv+0x4bc"],"count":2,"bytes":0,)"
            R"("first":1,"last":1})"
            "\n");
}

// In text a stack has a number in its row and its frames below; drops beyond the budget are a
// group.
TEST(Drops, ByStackHaveTheFramesBelowTheTable) {
  Names names = sample_names();
  names.stacks = {{kTcpRcv, kUdpRcv}};
  DropTable table(*parse_drop_keys("reason,stack"), names);
  Event event = EventBuilder(kFreeProbe, 1, 1).drop(kNoSocket);
  table.add(event);
  table.add(event);
  event.add(Section::kStack);
  table.add(event);
  Session session;
  session.stacks = {1, 0};
  EXPECT_EQ(render_drops_text(table, session),
            "COUNT  BYTES  REASON     STACK  FIRST            LAST\n"
            "    2      0  NO_SOCKET  -      00:00:00.000000  00:00:00.000000\n"
            "    1      0  NO_SOCKET  [1]    00:00:00.000000  00:00:00.000000\n"
            "3 drops in 2 groups\n"
            "stacks were taken of the first 1 of each reason and place, then 0 a second\n"
            "\n"
            "[1]\n"
            "  tcp_v4_rcv+0x77\n"
            "  __udp4_lib_rcv+0x4bc\n");
}

TEST(Drops, OfWhatIsUnknownAreOneGroupWithoutThatKey) {
  const DropTable table = count("reason,flow", {EventBuilder(kFreeProbe, 1, 1)});
  EXPECT_EQ(render_drops_json(table), "{\"count\":1,\"bytes\":0,\"first\":1,\"last\":1}\n");
}

TEST(Drops, SayWhoseReasonItIsInJson) {
  EXPECT_EQ(render_drops_json(count("reason", {EventBuilder(kFreeProbe, 1, 1).drop(kOvsReason)})),
            R"({"reason":"OVS_DROP_LAST_ACTION","subsystem":"openvswitch",)"
            R"("explanation":"the flow ends without sending it anywhere: it has no actions, or )"
            R"(none that keeps it","count":1,"bytes":0,)"
            R"("first":1,"last":1})"
            "\n");
}

TEST(DropKeys, AreRefusedWithTheOnesThatExist) {
  for (const char* typed : {"", "reason,", ",", "reason,foo", "reason,reason", "Reason"}) {
    const auto keys = parse_drop_keys(typed);
    ASSERT_FALSE(keys.has_value()) << typed;
    EXPECT_EQ(keys.error().kind, ErrorKind::kWrongUsage);
    EXPECT_NE(
        keys.error().message.find("reason,location,stack,flow,dev,netns,comm,proto,cgroup,len"),
        std::string::npos);
  }
}

// The first was dropped before the neighbour's MAC address was known, the others on receive; one
// frame was padded by the sender's card, and of the last only the skb is known.
TEST(DropLengths, OfEqualPacketsAreEqualWhereverTheyWereDropped) {
  const PacketSection frame = udp_packet(1, 40000, 2, 9);
  PacketSection bare = frame;
  bare.link = LinkLayer::kNone;
  bare.bytes.erase(bare.bytes.begin(), bare.bytes.begin() + 14);
  bare.len -= 14;
  PacketSection padded = frame;
  padded.len += 20;
  Event unknown = EventBuilder(kFreeProbe, 4, 4).drop(kNoSocket).mark(0);
  unknown.skb.len = 26;
  const std::vector<Event> events{EventBuilder(kFreeProbe, 1, 1).drop(kNoSocket).packet(bare),
                                  EventBuilder(kFreeProbe, 2, 2).drop(kNoSocket).packet(frame),
                                  EventBuilder(kFreeProbe, 3, 3).drop(kNoSocket).packet(padded),
                                  unknown};
  EXPECT_EQ(render_drops_json(count("len", events)),
            R"({"len":46,"count":3,"bytes":138,"first":1,"last":3})"
            "\n"
            R"({"count":1,"bytes":0,"first":4,"last":4})"
            "\n");
  const std::vector<LengthBucket> buckets = count("reason", events).lengths();
  EXPECT_EQ(buckets.front(), (LengthBucket{0, 0, 1}));
  EXPECT_EQ(buckets.back(), (LengthBucket{32, 63, 3}));
}

TEST(DropLengths, FallIntoPowersOfTwo) {
  std::vector<Event> events;
  for (const uint32_t length : {1U, 2U, 3U, 1500U, UINT32_MAX}) {
    PacketSection packet;
    packet.ethertype = 0x88b5;
    packet.len = length;
    events.push_back(EventBuilder(kFreeProbe, 1, 1).drop(kNoSocket).packet(packet));
  }
  const std::vector<LengthBucket> buckets = count("reason", events).lengths();
  ASSERT_EQ(buckets.size(), 32U);
  EXPECT_EQ(buckets[0], (LengthBucket{1, 1, 1}));
  EXPECT_EQ(buckets[1], (LengthBucket{2, 3, 2}));
  EXPECT_EQ(buckets[10], (LengthBucket{1024, 2047, 1}));
  EXPECT_EQ(buckets[31], (LengthBucket{2147483648, 4294967295, 1}));
  EXPECT_EQ(buckets[5].count, 0U);
}

// A hook that is no rule; TCP, which asks its socket's buffer first; segments without a connection.
TEST(ReasonExplanation, NamesTheCauseByThePlace) {
  EXPECT_NE(reason_explanation("NETFILTER_DROP", "nf_hook_slow").find("connection tracking"),
            std::string_view::npos);
  EXPECT_EQ(reason_explanation("NETFILTER_DROP", "nft_do_chain").find("connection tracking"),
            std::string_view::npos);
  EXPECT_TRUE(reason_explanation("PROTO_MEM", "tcp_data_queue").starts_with("this socket's"));
  EXPECT_NE(reason_explanation("PROTO_MEM", "__udp_enqueue_schedule_skb").find("udp_mem"),
            std::string_view::npos);
  EXPECT_NE(reason_explanation("NO_SOCKET", "tcp_v4_rcv").find("its connection is gone"),
            std::string_view::npos);
}

// What is no loss is counted apart.
TEST(CountDrops, LeavesOutFreesThatLostNoPacket) {
  Names names = kNames;
  names.symbols[0x77] = {"skb_release_data", 0x10, ""};
  Event part = EventBuilder(kFreeProbe, 1, 1).drop(kNoSocket);
  part.drop.location = 0x77;
  const Event loss = EventBuilder(kFreeProbe, 2, 2).drop(kNoSocket);
  DropTable table(*parse_drop_keys("reason"), names);
  DropTable all(*parse_drop_keys("reason"), names, DropTable::Counted::kAllFrees);
  for (const Event& event : {part, loss}) {
    table.add(event);
    all.add(event);
  }
  EXPECT_EQ(table.total(), 1U);
  EXPECT_EQ(table.not_lost(), 1U);
  EXPECT_EQ(all.total(), 2U);
  EXPECT_EQ(all.not_lost(), 0U);
}

TEST(ReasonExplanation, IsOfTheReasonWhereNoPlaceSaysMore) {
  EXPECT_EQ(
      reason_explanation("NO_SOCKET"),
      "nothing listens there, or only on another address, device or VRF, or connected elsewhere");
  EXPECT_EQ(
      reason_explanation("NO_SOCKET", "__udp4_lib_rcv"),
      "nothing listens there, or only on another address, device or VRF, or connected elsewhere");
  EXPECT_EQ(reason_explanation("XFRM_POLICY"),
            "an IPsec policy refused it, as clear text where ESP is required");
  // tcp_ofo_queue(): not for want of memory, which is PROTO_MEM and TCP_OFO_QUEUE_PRUNE
  EXPECT_EQ(reason_explanation("TCP_OFO_DROP"), "its data has come in order in the meantime");
  EXPECT_EQ(reason_explanation("NO_SUCH_REASON"), "");
  EXPECT_EQ(reason_explanation(""), "");
}

// Every ping reply ends in NO_SOCKET where root's ping reads by a raw socket.
TEST(ReasonExplanation, OfAPingReplyDoesNotBlameAPort) {
  const std::string_view expected =
      "no ping socket; a raw socket, such as ping's as root, may have got its copy";
  for (const char* function : {"ping_rcv", "icmp_rcv", "icmpv6_rcv", "icmp_rcv.isra.0"}) {
    EXPECT_EQ(reason_explanation("NO_SOCKET", function), expected) << function;
    EXPECT_EQ(reason_explanation("IP_CSUM", function), reason_explanation("IP_CSUM")) << function;
  }
}

// blackhole, unreachable and prohibit routes: 6.1 and 6.12 give no reason there.
TEST(ReasonExplanation, OfARouteThatRefusesNamesTheRoute) {
  EXPECT_EQ(
      reason_explanation("NOT_SPECIFIED", "ip_error"),
      "its route is blackhole, unreachable or prohibit, or there is none: try `ip route get`");
  EXPECT_EQ(reason_explanation("IP_INNOROUTES", "ip_error"), reason_explanation("IP_INNOROUTES"));
  for (const char* function : {"ip6_pkt_drop", "ip6_pkt_discard", "ip6_pkt_prohibit"}) {
    EXPECT_EQ(reason_explanation("IP_INNOROUTES", function),
              "its route is unreachable or prohibit, or there is none: try `ip -6 route get`")
        << function;
  }
  EXPECT_EQ(reason_explanation("IP_INADDRERRORS", "ip6_pkt_drop"),
            "its destination is the address ::");
  EXPECT_EQ(reason_explanation("NOT_SPECIFIED", "dst_discard_out"),
            "its route is blackhole or was removed, waits for IPsec, or IPv6 says that nothing "
            "follows");
}

TEST(ReasonExplanation, SaysWhereAFreeIsNoLossOfItsOwn) {
  for (const char* reason : {"QUEUE_PURGE", "NOT_SPECIFIED"}) {
    EXPECT_EQ(reason_explanation(reason, "sk_stream_kill_queues"),
              "left in the queue of a socket that was closed, often only the FIN");
  }
  EXPECT_EQ(reason_explanation("NOT_SPECIFIED", "ip6_mc_input"),
            "nothing has joined its multicast group on that device: no fault by itself");
  EXPECT_EQ(reason_explanation("NOT_SPECIFIED", "tbf_enqueue"),
            "all its segments were dropped, each a drop of its own: one loss, shown twice");
  EXPECT_EQ(reason_explanation("QDISC_DROP", "tbf_enqueue"), reason_explanation("QDISC_DROP"));
  EXPECT_EQ(reason_explanation("NOT_SPECIFIED", "skb_release_data"),
            "the kernel gives no reason: see the place");
}

// A row that goes on at the left edge of a terminal reads as two.
TEST(Drops, HaveShorterTimesWhereTheTerminalIsNarrow) {
  const DropTable table =
      count("reason,location", {EventBuilder(kFreeProbe, 1, 1).drop(kNoSocket)});
  const auto at = [&](size_t columns) {
    return render_drops_text(table, sample_session(), columns);
  };
  EXPECT_EQ(at(80), at(0));
  EXPECT_EQ(at(70),
            "COUNT  BYTES  REASON     LOCATION              FIRST     LAST\n"
            "    1      0  NO_SOCKET  __udp4_lib_rcv+0x4bc  10:13:54  10:13:54\n"
            "1 drop in 1 group\n");
  EXPECT_EQ(at(60),
            "COUNT  BYTES  REASON     LOCATION              LAST\n"
            "    1      0  NO_SOCKET  __udp4_lib_rcv+0x4bc  10:13:54\n"
            "1 drop in 1 group\n");
  EXPECT_EQ(at(20), at(60)) << "all that there is to shorten";
}

TEST(Drops, OneIsNotCalledDrops) {
  const std::vector<Event> events{EventBuilder(kFreeProbe, 1, 1).drop(kNoSocket),
                                  EventBuilder(kFreeProbe, 2, 2).drop(kNoSocket)};
  const auto last_line = [](const std::string& text) {
    return text.substr(text.rfind('\n', text.size() - 2) + 1);
  };
  EXPECT_EQ(last_line(render_drops_text(count("reason", {events[0]}), sample_session())),
            "1 drop in 1 group\n");
  EXPECT_EQ(last_line(render_drops_text(count("reason", events), sample_session())),
            "2 drops in 1 group\n");
}

TEST(Drops, SayWhyThoseInAnInterruptHaveNoComm) {
  std::vector<Event> events{EventBuilder(kFreeProbe, 1, 1).drop(kNoSocket).task("nc", 5)};
  const std::string reason =
      "COMM - includes 2 drops in an interrupt: the task there was only interrupted, the packet "
      "need not be its own\n";
  const auto by_comm = [&](const std::string& keys) {
    return render_drops_text(count(keys, events), sample_session());
  };
  EXPECT_EQ(by_comm("comm").find("COMM -"), std::string::npos);
  for (const uint64_t time : {2, 3}) {
    events.push_back(EventBuilder(kFreeProbe, time, time).drop(kNoSocket).task("python3", 6));
    events.back().task.context = TaskContext::kSoftirq;
  }
  EXPECT_NE(by_comm("comm").find("3 drops in 2 groups\n" + reason), std::string::npos)
      << by_comm("comm");
  EXPECT_EQ(by_comm("reason").find("COMM -"), std::string::npos);
}

TEST(Stats, CountWhatTheSelectionTakes) {
  const MemorySource source(
      {{EventBuilder(kFreeProbe, 100, 1).drop(kNoSocket), EventBuilder(kReceiveProbe, 300, 1)},
       {EventBuilder(kFreeProbe, 200, 2).drop(kNotSpecified)}});
  SelectionOptions typed;
  typed.reasons = {"*"};
  const auto selection = Selection::compile(typed, source.session(), source.names(), 0);
  std::vector<DamagedBlock> damaged;
  const Stats stats = make_stats(source, "a.db", 3000, *selection, damaged);
  EXPECT_TRUE(damaged.empty());
  EXPECT_EQ(stats.events, (EventSpanStats{3, 100, 300}));
  EXPECT_EQ(*stats.selected, (EventSpanStats{2, 100, 200}));
  EXPECT_EQ(stats.probes[kFreeProbe].selected, 2U);
  EXPECT_EQ(stats.probes[kReceiveProbe].selected, 0U);
  EXPECT_EQ(stats.bytes_per_event(), 1000.0);
}

TEST(Stats, OfNothingDivideByNothing) {
  const MemorySource source(std::vector<std::vector<Event>>{});
  std::vector<DamagedBlock> damaged;
  const Stats stats = make_stats(source, "a.db", 3000, Selection(), damaged);
  EXPECT_EQ(stats.bytes_per_event(), 0.0);
  EXPECT_EQ(stats.events.events_per_second(), 0.0);
  EXPECT_NE(render_stats_json(stats, source.session()).find("\"events\":{\"count\":0}"),
            std::string::npos);
}

}  // namespace
}  // namespace tracker::testing
