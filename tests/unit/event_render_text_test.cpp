// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include "event/packet.h"
#include "event/render.h"
#include "tests/unit/event_sample.h"

namespace tracker::testing {
namespace {

std::string text_of(const Event& event, const RenderOptions& options = {}) {
  return render_event_text(event, sample_names(), sample_session(), options, 0);
}

std::string line_of(const Event& event) {
  return render_event_line(event, sample_names(), sample_session(), {}, 0);
}

std::string first_line(const Event& event) {
  const std::string text = text_of(event);
  return text.substr(0, text.find('\n'));
}

TEST(EventText, OfADropHasTwoLines) {
  EXPECT_EQ(text_of(sample_drop()),
            "17:03:21.402117 [1] nc/4412  tp:skb:kfree_skb  #5f01  DROP NO_SOCKET at "
            "tcp_v6_rcv+0x77\n"
            "  lo  [::1]:52414 > [::1]:80  TCP S  len 80 ttl 64  netns host\n");
}

TEST(EventText, ShowsSocketAndStack) {
  Event event = sample_drop();
  add_sock(event);
  add_stack(event);
  EXPECT_EQ(text_of(event),
            "17:03:21.402117 [1] nc/4412  tp:skb:kfree_skb  #5f01  DROP NO_SOCKET at "
            "tcp_v6_rcv+0x77\n"
            "  lo  [::1]:52414 > [::1]:80  TCP S  len 80 ttl 64  netns host\n"
            "  sock ESTABLISHED rcvbuf 212992 rmem 4096\n"
            "    tcp_v6_rcv+0x77\n"
            "    ovs_execute_actions+0x48 [openvswitch]\n"
            "    0x1234\n");
}

TEST(EventText, ShowsStacksOfABudgetOnlyWhenAsked) {
  Session session = sample_session();
  session.stacks = {8, 10};
  Event event = sample_drop();
  add_stack(event);
  const std::string two_lines = text_of(sample_drop());
  EXPECT_EQ(render_event_text(event, sample_names(), session, {}, 0), two_lines);
  const RenderOptions with_stacks{.stacks = true};
  EXPECT_EQ(render_event_text(event, sample_names(), session, with_stacks, 0),
            two_lines +
                "    tcp_v6_rcv+0x77\n"
                "    ovs_execute_actions+0x48 [openvswitch]\n"
                "    0x1234\n");
  EXPECT_EQ(render_event_text(sample_drop(), sample_names(), session, with_stacks, 0),
            two_lines +
                "    no stack: they are taken of the first 8 of each reason and place, then 10 a "
                "second\n");
}

// A budget is for drops: what another probe's /stack asked for is shown.
TEST(EventText, ShowsStacksOfOtherProbesBesideABudget) {
  Session session = sample_session();
  session.stacks = {8, 10};
  Names names = sample_names();
  Event event = sample_drop();
  add_stack(event);
  names.probes[event.probe].role = ProbeRole::kReceive;
  EXPECT_NE(render_event_text(event, names, session, {}, 0).find("    tcp_v6_rcv+0x77\n"),
            std::string::npos);
  names.stacks[event.stack.index].clear();
  EXPECT_NE(render_event_text(event, names, session, {}, 0)
                .find("    no stack: there were too many different ones to keep\n"),
            std::string::npos);
}

TEST(EventText, SaysInWhatContextATaskWasInterrupted) {
  Event event = sample_drop();
  event.task.context = TaskContext::kSoftirq;
  EXPECT_EQ(first_line(event).substr(16, 22), "[1] nc/4412(softirq)  ");
  event.task.context = TaskContext::kHardirq;
  EXPECT_EQ(first_line(event).substr(16, 22), "[1] nc/4412(hardirq)  ");
}

TEST(EventText, QualifiesReasonsOfOtherSubsystems) {
  Event event = sample_drop();
  const auto end_of_line = [&] {
    const std::string line = first_line(event);
    return line.substr(line.find("DROP"));
  };
  event.drop.reason = kOvsLastAction;
  EXPECT_EQ(end_of_line(), "DROP openvswitch:OVS_DROP_LAST_ACTION at tcp_v6_rcv+0x77");
  event.drop.reason = 0x1f2;
  EXPECT_EQ(end_of_line(), "DROP core:0x1f2 at tcp_v6_rcv+0x77");
  event.drop.reason = 3U << 16 | 5;
  EXPECT_EQ(end_of_line(), "DROP openvswitch:0x5 at tcp_v6_rcv+0x77");
  event.drop.reason = 4U << 16 | 5;
  EXPECT_EQ(end_of_line(), "DROP subsys 4:0x5 at tcp_v6_rcv+0x77");
}

TEST(EventText, SaysThePlaceWhereTheKernelHasNoReasons) {
  Event event = sample_drop();
  event.drop = {0, false, kPlace};
  EXPECT_NE(first_line(event).find("  DROP at tcp_v6_rcv+0x77"), std::string::npos);
  event.drop.location = 0xffffffff8badf00d;
  EXPECT_NE(first_line(event).find("  DROP at 0xffffffff8badf00d"), std::string::npos);
}

TEST(EventText, SaysThatADriverDidNotTakeAPacket) {
  Event event = sample_drop();
  event.probe = 2;
  event.sections &= ~section_bit(Section::kDrop);
  event.has_return_code = true;
  EXPECT_EQ(first_line(event), "17:03:21.402117 [1] nc/4412  tp:net:net_dev_xmit  #5f01");
  event.return_code = 0x10;
  EXPECT_EQ(first_line(event),
            "17:03:21.402117 [1] nc/4412  tp:net:net_dev_xmit  #5f01  returned NETDEV_TX_BUSY");
  event.return_code = -12;
  EXPECT_NE(first_line(event).find("returned ENOMEM"), std::string::npos);
  event.return_code = INT32_MIN;
  EXPECT_NE(first_line(event).find("returned -2147483648"), std::string::npos);
}

TEST(EventText, SaysWhatAFunctionReturned) {
  Names names = sample_names();
  names.probes[2] = {"fn", "ip_rcv%return", {}, ProbeRole::kReturn};
  Event event = sample_drop();
  event.probe = 2;
  event.sections = 0;
  const auto line = [&] { return render_event_text(event, names, sample_session(), {}, 0); };
  EXPECT_EQ(line().find("returned"), std::string::npos) << "void";
  event.has_return_code = true;
  EXPECT_NE(line().find("fn:ip_rcv%return  #5f01  returned 0"), std::string::npos) << line();
  event.return_code = 16;
  EXPECT_NE(line().find("returned 16"), std::string::npos) << line();
  event.return_code = -12;
  EXPECT_NE(line().find("returned -12 (ENOMEM)"), std::string::npos) << line();
  event.return_code = INT32_MIN;
  EXPECT_NE(line().find("returned -2147483648"), std::string::npos) << line();
}

TEST(EventText, MarksAPacketThatIsTheOneInHand) {
  Names names = sample_names();
  names.probes[2] = {"fn", "fib_table_lookup", {}, ProbeRole::kInferred};
  Event event = sample_drop();
  event.probe = 2;
  event.sections = 0;
  EXPECT_EQ(render_event_text(event, names, sample_session(), {}, 0),
            "17:03:21.402117 [1] nc/4412  fn:fib_table_lookup (inferred)  #5f01\n");
}

TEST(EventText, NamesParentsAndProbeOffset) {
  Event event = sample_drop();
  event.probe = 3;
  event.parents = {{0x5f00, ParentKind::kClone}};
  EXPECT_TRUE(first_line(event).ends_with("  kprobe:ip_rcv+0x1c  #5f01 clone of #5f00"))
      << first_line(event);
}

TEST(EventText, LeavesOutWhatIsUnknown) {
  Event event;
  event.probe = 99;
  EXPECT_EQ(render_event_text(event, Names{}, Session{}, {}, 0), "00:00:00.000000 [0]  probe 99\n");
  event.add(Section::kSkb);
  event.skb.len = 60;
  event.add(Section::kPacket);
  event.add(Section::kSock);
  event.add(Section::kStack);
  EXPECT_EQ(render_event_text(event, Names{}, Session{}, {}, 0),
            "00:00:00.000000 [0]  probe 99\n  skb len 60\n");
}

TEST(EventText, NamesDevicesAndNamespacesByWhatIsKnown) {
  Event event = sample_drop();
  const auto second_line = [&] {
    const std::string text = text_of(event);
    return text.substr(text.find('\n') + 1);
  };
  event.dev.name = FixedName();
  event.dev.ifindex = 7;
  EXPECT_EQ(second_line().substr(0, 8), "  eth0  ");
  event.netns = {4026532177, 2};
  EXPECT_EQ(second_line().substr(0, 7), "  if7  ");
  EXPECT_NE(second_line().find("  netns 4026532177\n"), std::string::npos);
}

TEST(EventText, TellsNamespacesOfOneNameApartByCookie) {
  Names names = sample_names();
  names.netns.push_back({3, 4026531840, "host"});
  names.netns.push_back({4, 4026532177, ""});
  Event event = sample_drop();
  const auto words = [&] {
    const std::string text = render_event_text(event, names, sample_session(), {}, 0);
    return text.substr(text.find("netns "));
  };
  EXPECT_EQ(words(), "netns host (cookie 0x1)\n");
  event.netns = {4026531840, 3};
  EXPECT_EQ(words(), "netns host (cookie 0x3)\n");
  event.netns = {4026532177, 2};
  EXPECT_EQ(words(), "netns 4026532177 (cookie 0x2)\n") << "an inum without a name, used again";
  event.netns = {4026532178, 5};
  EXPECT_EQ(words(), "netns 4026532178\n");
}

TEST(EventText, EscapesWhatAProcessCalledItself) {
  Event event = sample_drop();
  event.task.comm = FixedName("\x1b[2J\xff");
  EXPECT_NE(first_line(event).find(" \\x1b[2J\\xff/4412 "), std::string::npos);
}

TEST(EventText, IsColouredOnlyWhereAsked) {
  EXPECT_EQ(text_of(sample_drop()).find('\x1b'), std::string::npos);
  RenderOptions options;
  options.colour = true;
  EXPECT_NE(text_of(sample_drop(), options).find("\x1b[31mDROP NO_SOCKET"), std::string::npos);
}

TEST(EventText, SaysTheDateWhereTheDayChanges) {
  const Session session = sample_session();
  const uint64_t next_day = kSampleNs + 8ULL * 3600 * 1'000'000'000;
  Event event = sample_drop();
  event.timestamp_ns = next_day;
  const std::string text = render_event_text(event, sample_names(), session, {}, kSampleNs);
  EXPECT_EQ(text.substr(0, 41), "2026-11-22 UTC+01:00\n01:03:21.402117 [1] ");
  EXPECT_EQ(render_event_text(event, sample_names(), session, {}, next_day - 1).substr(0, 9),
            "01:03:21.");
}

TEST(EventLine, ShowsDirectionAsTcpdumpDoes) {
  Event event = sample_drop();
  event.sections &= ~section_bit(Section::kDrop);
  event.packet = section_of(kUdp4);
  event.probe = 1;
  EXPECT_EQ(line_of(event),
            "17:03:21.402117 lo in  10.1.0.1:40000 > 10.1.0.2:9  UDP  len 32 ttl 64  netns host  "
            "#5f01\n");
  event.probe = 4;
  event.packet = section_of(kArpRequest);
  EXPECT_EQ(line_of(event),
            "17:03:21.402117 lo out  ARP who-has 10.0.0.2 tell 10.0.0.1  len 28  netns host  "
            "#5f01\n");
}

// With all of net:* attached a packet is still received once and sent once.
TEST(EventLine, SaysADirectionOnceAPacketAndElseTheProbe) {
  Event event = sample_drop();
  event.sections = section_bit(Section::kDev);
  const auto line_at = [&event](uint16_t probe) {
    event.probe = probe;
    return line_of(event).substr(16);
  };
  EXPECT_EQ(line_at(6), "lo tp:net:netif_rx  #5f01\n");
  EXPECT_EQ(line_at(1), "lo in  #5f01\n");
  EXPECT_EQ(line_at(5), "lo tp:net:net_dev_queue  #5f01\n");
  EXPECT_EQ(line_at(4), "lo out  #5f01\n");
  EXPECT_EQ(line_at(2), "lo tp:net:net_dev_xmit  #5f01\n");
}

TEST(EventLine, OfADropEndsInItsReason) {
  EXPECT_EQ(line_of(sample_drop()),
            "17:03:21.402117 lo tp:skb:kfree_skb  [::1]:52414 > [::1]:80  TCP S  len 80 ttl 64  "
            "netns host  #5f01  DROP NO_SOCKET at tcp_v6_rcv+0x77\n");
}

TEST(EventLine, IsOneLineWhateverTheNames) {
  Event event = sample_drop();
  event.dev.name = FixedName("a\nb");
  Names names = sample_names();
  names.netns = {{1, 4026531840, "left\r\nright"}, {2, 4026532177, ""}};
  const std::string line = render_event_line(event, names, sample_session(), {}, 0);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_NE(line.find("netns left\\x0d\\x0aright"), std::string::npos);
}

TEST(RenderTime, HasFourStyles) {
  const Session session = sample_session();
  EXPECT_EQ(render_time(kSampleNs, session, TimeStyle::kLocal, 0), "17:03:21.402117");
  EXPECT_EQ(render_time(kSampleNs, session, TimeStyle::kUtc, 0), "16:03:21.402117");
  EXPECT_EQ(render_time(kSampleNs, session, TimeStyle::kMono, 0), "8123.500000");
  EXPECT_EQ(render_time(kSampleNs, session, TimeStyle::kDelta, kSampleNs - 41234), "+0.000041234");
  EXPECT_EQ(render_time(kSampleNs, session, TimeStyle::kDelta, kSampleNs + 7), "-0.000000007");
  EXPECT_EQ(render_time(kSampleNs, session, TimeStyle::kDelta, 0), "+0.000000000");
  EXPECT_EQ(render_rfc3339(kSampleNs, session), "2026-11-21T16:03:21.402117456Z");
}

TEST(RenderTime, SurvivesTimesThatCannotBe) {
  Session session;
  session.utc_offset_seconds = INT32_MIN;
  session.clocks = {{UINT64_MAX, INT64_MIN}, {0, INT64_MAX}};
  for (const uint64_t time : {uint64_t{0}, uint64_t{1}, UINT64_MAX}) {
    EXPECT_EQ(render_time(time, session, TimeStyle::kLocal, 0).size(), 15U);
    EXPECT_EQ(render_rfc3339(time, session).size(), 30U);
    render_date_line(time, session, TimeStyle::kLocal, UINT64_MAX / 2);
  }
  session.clocks = {{10'000'000'000, 1'000'000'000}};
  EXPECT_EQ(render_rfc3339(8'999'999'999, session), "1969-12-31T23:59:59.999999999Z");
}

TEST(RenderDateLine, IsForStylesThatHaveADay) {
  const Session session = sample_session();
  const uint64_t next_day = kSampleNs + 8ULL * 3600 * 1'000'000'000;
  EXPECT_EQ(render_date_line(next_day, session, TimeStyle::kLocal, kSampleNs),
            "2026-11-22 UTC+01:00\n");
  EXPECT_EQ(render_date_line(next_day, session, TimeStyle::kUtc, kSampleNs), "2026-11-22 UTC\n");
  EXPECT_EQ(render_date_line(next_day, session, TimeStyle::kMono, kSampleNs), "");
  EXPECT_EQ(render_date_line(kSampleNs, session, TimeStyle::kLocal, 0), "") << "the session's day";
  EXPECT_EQ(render_date_line(next_day, session, TimeStyle::kLocal, 0), "2026-11-22 UTC+01:00\n");
}

TEST(EscapeText, KeepsWhatIsSafe) {
  EXPECT_EQ(escape_text("nginx: worker"), "nginx: worker");
  EXPECT_EQ(escape_text("r\xc3\xa9seau \xe7\xbd\x91 \xf0\x9f\x90\xa7"),
            "r\xc3\xa9seau \xe7\xbd\x91 \xf0\x9f\x90\xa7");
}

TEST(EscapeText, ShowsControlCharactersAsNumbers) {
  EXPECT_EQ(escape_text("\x1b]0;x\x07"), "\\x1b]0;x\\x07");
  EXPECT_EQ(escape_text(std::string_view("a\0b\n\x7f", 5)), "a\\x00b\\x0a\\x7f");
  EXPECT_EQ(escape_text("\xc2\x9b"), "\\xc2\\x9b") << "CSI as one character";
  EXPECT_EQ(escape_text("\xe2\x80\xae"), "\\xe2\\x80\\xae") << "right-to-left override";
}

TEST(EscapeText, ShowsInvalidUtf8AsNumbers) {
  EXPECT_EQ(escape_text("\xff"), "\\xff");
  EXPECT_EQ(escape_text("\xc0\xaf"), "\\xc0\\xaf") << "overlong";
  EXPECT_EQ(escape_text("\xe0\x80\xaf"), "\\xe0\\x80\\xaf") << "overlong";
  EXPECT_EQ(escape_text("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "surrogate";
  EXPECT_EQ(escape_text("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80") << "beyond U+10FFFF";
  EXPECT_EQ(escape_text("a\xe7\xbd"), "a\\xe7\\xbd") << "cut off";
}

TEST(PacketIdText, IsHexadecimal) { EXPECT_EQ(packet_id_text(0x5f01), "#5f01"); }

}  // namespace
}  // namespace tracker::testing
