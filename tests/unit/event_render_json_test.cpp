// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "event/render.h"
#include "tests/unit/event_sample.h"

namespace tracker::testing {
namespace {

using Json = nlohmann::json;

std::string text_of(const Event& event) {
  return render_event_json(event, sample_names(), sample_session());
}

Json json_of(const Event& event) { return Json::parse(text_of(event)); }

TEST(EventJson, OfADropIsWhole) {
  Event event = sample_drop();
  add_sock(event);
  add_stack(event);
  event.parents = {{0x5f00, ParentKind::kClone}};
  EXPECT_EQ(
      text_of(event),
      R"({"ts":8123500000456,"time":"2026-11-21T16:03:21.402117456Z","cpu":1,)"
      R"("task":{"pid":4412,"tgid":4410,"comm":"nc","context":"process"},)"
      R"("probe":{"type":"tp","symbol":"skb:kfree_skb"},"packet_id":"0x5f01",)"
      R"("parents":[{"id":"0x5f00","kind":"clone"}],)"
      R"("skb":{"addr":"0xffff888012345600","head":"0xffff888011110000","len":40,"data_len":0,)"
      R"("truesize":1280,"gso_size":0,"gso_segs":0,"mark":0,"priority":6,"protocol":"0x86dd",)"
      R"("pkt_type":"host","cloned":false,"ip_summed":"none"},)"
      R"("packet":{"link":{"src":"52:54:00:00:00:01","dst":"52:54:00:00:00:02",)"
      R"("ethertype":"0x86dd"},"ip":{"version":6,"src":"::1","dst":"::1","proto":6,"ttl":64,)"
      R"("tos":0,"len":80,"flow_label":0},"tcp":{"sport":52414,"dport":80,"flags":"S",)"
      R"("seq":4096,"ack":0,"window":64240,"checksum":28661},)"
      R"("summary":"[::1]:52414 > [::1]:80  TCP S  len 80 ttl 64","len":94,"bytes":")" +
          std::string(kTcp6Syn.hex) +
          R"("},"dev":{"name":"lo","ifindex":1,"rx_ifindex":1},)"
          R"("netns":{"inum":4026531840,"cookie":"0x1","name":"host"},)"
          R"("drop":{"reason":"NO_SOCKET","code":3,"subsystem":"core",)"
          R"("location":"tcp_v6_rcv+0x77"},)"
          R"("sock":{"cookie":"0x2a","family":"inet6","type":"stream","protocol":"tcp",)"
          R"("state":"ESTABLISHED","rcvbuf":212992,"rmem_alloc":4096},)"
          R"("stack":["tcp_v6_rcv+0x77","ovs_execute_actions+0x48 [openvswitch]","0x1234"]})");
}

TEST(EventJson, OfATransmissionInAnInterruptIsWhole) {
  Event event;
  event.timestamp_ns = kSampleNs;
  event.cpu = 3;
  event.probe = 2;
  event.task = {0, 0, FixedName("swapper/3"), TaskContext::kSoftirq};
  event.has_return_code = true;
  event.return_code = 16;
  event.add(Section::kDev);
  event.dev = {7, 0, FixedName("eth0")};
  event.add(Section::kPacket);
  event.packet = section_of(kVlan);
  EXPECT_EQ(text_of(event),
            R"({"ts":8123500000456,"time":"2026-11-21T16:03:21.402117456Z","cpu":3,)"
            R"("task":{"pid":0,"tgid":0,"comm":"swapper/3","context":"softirq"},)"
            R"("probe":{"type":"tp","symbol":"net:net_dev_xmit"},"return_code":16,)"
            R"("packet":{"link":{"src":"52:54:00:00:00:01","dst":"52:54:00:00:00:02",)"
            R"("ethertype":"0x0800","vlan":[{"id":5,"priority":3}]},)"
            R"("ip":{"version":4,"src":"10.1.0.1","dst":"10.1.0.2","proto":17,"ttl":64,"tos":0,)"
            R"("id":4660,"len":32,"dont_fragment":false},)"
            R"("udp":{"sport":40000,"dport":9,"len":12,"checksum":24215},)"
            R"("summary":"10.1.0.1:40000 > 10.1.0.2:9  UDP  len 32 ttl 64 vlan 5","len":50,)"
            R"("bytes":")" +
                std::string(kVlan.hex) + R"("},"dev":{"name":"eth0","ifindex":7}})");
}

TEST(EventJson, OfAnEventOfWhichNothingIsKnownIsSmall) {
  Event event;
  event.probe = 9;
  event.sections = section_bit(Section::kPacket) | section_bit(Section::kDev) |
                   section_bit(Section::kNetns) | section_bit(Section::kDrop) |
                   section_bit(Section::kSock) | section_bit(Section::kStack);
  event.stack.index = 99;
  EXPECT_EQ(render_event_json(event, Names{}, Session{}),
            R"({"ts":0,"cpu":0,"task":{"pid":0,"tgid":0,"context":"process"}})");
}

TEST(EventJson, NamesAReasonWithoutANameByItsNumber) {
  Event event = sample_drop();
  event.drop.reason = 4U << 16 | 5;
  const Json drop = json_of(event)["drop"];
  EXPECT_EQ(drop["reason"], "subsys 4:0x5");
  EXPECT_EQ(drop["code"], 262149);
  EXPECT_EQ(drop["subsystem"], "subsys 4");
}

// That a function was told why to drop a packet is no drop.
TEST(EventJson, KeepsTheReasonOfAFunctionApart) {
  Event event = sample_drop();
  event.drop.location = 0;
  Names names = sample_names();
  names.probes.at(event.probe) = {"fn", "sk_skb_reason_drop", {}, ProbeRole::kOther};
  const Json json = Json::parse(render_event_json(event, names, Session{}));
  EXPECT_FALSE(json.contains("drop")) << json;
  EXPECT_EQ(json["drop_reason"],
            (Json{{"reason", "NO_SOCKET"}, {"code", 3}, {"subsystem", "core"}}));
  const std::string text = render_event_text(event, names, Session{}, RenderOptions{}, 0);
  EXPECT_NE(text.find(" reason NO_SOCKET"), std::string::npos) << text;
  EXPECT_EQ(text.find("DROP"), std::string::npos) << text;
}

TEST(EventJson, HasOnlyThePlaceOfADropWithoutReasons) {
  Event event = sample_drop();
  event.drop = {0, false, kPlace};
  EXPECT_EQ(json_of(event)["drop"], (Json{{"location", "tcp_v6_rcv+0x77"}}));
}

TEST(EventJson, ShowsTheSocketOfAPacketWithoutHeaders) {
  Event event = sample_drop();
  event.packet = PacketSection{};
  event.packet.socket = {AF_INET, IPPROTO_TCP, 40000, 80, {10, 1, 0, 1}, {10, 1, 0, 2}};
  EXPECT_EQ(json_of(event)["packet"],
            Json::parse(R"({"socket":{"proto":6,"src":"10.1.0.1","dst":"10.1.0.2","sport":40000,
                            "dport":80},
                            "summary":"10.1.0.1:40000 > 10.1.0.2:80  TCP  no header yet"})"));
}

TEST(EventJson, ShowsWhatATunnelCarries) {
  Event event = sample_drop();
  event.packet = section_of(kVxlan);
  const Json packet = json_of(event)["packet"];
  EXPECT_EQ(packet["tunnel"], Json::parse(R"({"kind":"vxlan","id":5})"));
  EXPECT_EQ(packet["inner"]["link"]["src"], "0a:00:00:00:00:01");
  EXPECT_EQ(packet["inner"]["tcp"]["dport"], 22);
  EXPECT_FALSE(packet["inner"].contains("bytes"));
}

TEST(EventJson, HasNoLinkWithoutAMacHeader) {
  Event event = sample_drop();
  event.packet = section_of(kTunIpv4);
  const Json packet = json_of(event)["packet"];
  EXPECT_FALSE(packet.contains("link"));
  EXPECT_EQ(packet["bytes"], kTunIpv4.hex);
}

TEST(EventJson, IsValidWhateverTheNames) {
  Event event = sample_drop();
  event.task.comm = FixedName("\xff\"\\\n");
  event.dev.name = FixedName("\xc3");
  Names names = sample_names();
  names.netns = {{1, 4026531840, "\xe2\x80\xae\x01"}, {2, 4026532177, ""}};
  names.symbols[kPlace].name = "\xf0\x9f";
  names.probes[0].symbol = "\x80";
  const Json json = Json::parse(render_event_json(event, names, sample_session()));
  EXPECT_EQ(json["task"]["comm"], "\\xff\"\\\\x0a");
  EXPECT_EQ(json["dev"]["name"], "\\xc3");
  EXPECT_EQ(json["netns"]["name"], "\\xe2\\x80\\xae\\x01");
  EXPECT_EQ(json["drop"]["location"], "\\xf0\\x9f+0x77");
  EXPECT_EQ(json["probe"]["symbol"], "\\x80");
}

TEST(EventJson, SaysThatADropIsBeyondTheBudgetForStacks) {
  Session session = sample_session();
  Event event = sample_drop();
  EXPECT_EQ(render_event_json(event, sample_names(), session).find("stack_omitted"),
            std::string::npos);
  session.stacks = {8, 10};
  const std::string json = render_event_json(event, sample_names(), session);
  EXPECT_NE(json.find(R"(,"stack_omitted":"budget"})"), std::string::npos) << json;
  add_stack(event);
  EXPECT_EQ(render_event_json(event, sample_names(), session).find("stack_omitted"),
            std::string::npos);
  Names names = sample_names();
  names.stacks[event.stack.index].clear();
  const std::string without_room = render_event_json(event, names, {});
  EXPECT_NE(without_room.find(R"(,"stack_omitted":"no_room"})"), std::string::npos) << without_room;
  EXPECT_EQ(without_room.find(R"("stack":)"), std::string::npos);
}

}  // namespace
}  // namespace tracker::testing
