// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/golden/sample_recording.h"

#include <memory>
#include <vector>

#include "storage/writer.h"
#include "tests/unit/event_frames.h"
#include "tests/unit/postprocess_fixture.h"

namespace tracker::testing {
namespace {

constexpr uint64_t kStart = 2'000'000'000;

Event with_stack(Event event, uint32_t stack) {
  event.add(Section::kStack);
  event.stack.index = stack;
  return event;
}

// As in DESIGN.md: out of one namespace, into the other, nobody listens.
std::vector<Event> across_a_veth() {
  const PacketSection packet = udp_packet(1, 40000, 2, 9);
  return {EventBuilder(kQueueProbe, kStart, 0x5f01)
              .cpu(1)
              .task("iperf3", 812)
              .dev("left0", 2)
              .left()
              .packet(packet)
              .mark(0),
          EventBuilder(kStartTransmitProbe, kStart + 4'100, 0x5f01)
              .cpu(1)
              .task("iperf3", 812)
              .dev("left0", 2)
              .left()
              .packet(packet)
              .mark(0),
          EventBuilder(kReceiveProbe, kStart + 16'000, 0x5f01)
              .cpu(1)
              .dev("right0", 3)
              .right()
              .packet(packet)
              .mark(0),
          EventBuilder(kFreeProbe, kStart + 41'200, 0x5f01)
              .cpu(1)
              .dev("right0", 3)
              .right()
              .packet(packet)
              .mark(0)
              .drop(kNoSocket)};
}

// Rewritten and marked on its way, then taken by a driver.
std::vector<Event> through_nat() {
  const uint64_t at = kStart + 1'000'000;
  return {EventBuilder(kReceiveProbe, at, 0x5f02)
              .cpu(0)
              .dev("eth0", 4)
              .netns(1, 4026531992)
              .packet(udp_packet(7, 1000, 8, 53))
              .mark(0),
          EventBuilder(kQueueProbe, at + 9'000, 0x5f02)
              .cpu(0)
              .dev("eth1", 5)
              .netns(1, 4026531992)
              .packet(udp_packet(99, 1000, 8, 53, 63))
              .mark(0x2a),
          EventBuilder(kStartTransmitProbe, at + 9'500, 0x5f02)
              .cpu(0)
              .dev("eth1", 5)
              .netns(1, 4026531992)
              .packet(udp_packet(99, 1000, 8, 53, 63))
              .mark(0x2a),
          EventBuilder(kTransmittedProbe, at + 12'345, 0x5f02)
              .cpu(0)
              .dev("eth1", 5)
              .netns(1, 4026531992)
              .returned(0)};
}

std::vector<Event> endings() {
  const uint64_t at = kStart + 2'000'000;
  return {
      EventBuilder(kReceiveProbe, at, 0x5f03).cpu(0).dev("eth0", 4).packet(section_of(kTcp4Syn)),
      with_stack(EventBuilder(kFreeProbe, at + 7'000, 0x5f03)
                     .cpu(0)
                     .dev("eth0", 4)
                     .packet(section_of(kTcp4Syn))
                     .drop(kOvsReason, kTcpRcv),
                 0),
      EventBuilder(kReceiveProbe, at + 8'000, 0x5f04)
          .cpu(1)
          .task("evil\x1b[2J", 7)
          .packet(section_of(kUdp6)),
      EventBuilder(kConsumeProbe, at + 9'000, 0x5f04).cpu(1).packet(section_of(kUdp6)),
      EventBuilder(kReceiveProbe, at + 10'000, 0x5f05)
          .cpu(0)
          .dev("eth0", 4)
          .packet(udp_packet(1, 5, 2, 6))
          .parent(0x5f01, ParentKind::kClone),
      EventBuilder(kFreeProbe, at + 11'000, 0).cpu(0).drop(0x1f2, 0xffffffffc0001234),
      EventBuilder(kFreeProbe, at + 12'000, 0x5f06)
          .cpu(1)
          .task("nc", 99)
          .dev("lo", 1)
          .left()
          .packet(udp_packet(1, 40000, 2, 9))
          .drop(kNoSocket)};
}

Session session_of_sample() {
  Session session = sample_session();
  session.attachments = {
      {"tp:skb:kfree_skb/stack", true, "tp_btf", "", 0},
      {"tp:skb:consume_skb", true, "tp_btf", "", 0},
      {"tp:net:netif_receive_skb", true, "raw_tp", "", -1},
      {"tp:net:net_dev_queue", true, "raw_tp", "", -1},
      {"tp:net:net_dev_start_xmit", true, "raw_tp", "", -1},
      {"tp:net:net_dev_xmit", true, "raw_tp", "", -1},
      {"tp:sock:sock_rcvqueue_full", true, "raw_tp", "", -1},
      {"fn:ip_rcv%return", true, "fexit", "", 0},
      {"tp:skb:kfree_skbx", false, "", "this kernel has no such tracepoint", -1}};
  session.counters = {{kFreeProbe, 0, 6, 4, 2, 0, 0, 0, 1, 0},
                      {kFreeProbe, 1, 2, 0, 2, 0, 0, 0, 0, 0},
                      {kConsumeProbe, 1, 1, 0, 1, 0, 0, 0, 0, 0},
                      {kReceiveProbe, 0, 10, 0, 3, 7, 0, 0, 0, 0},
                      {kReceiveProbe, 1, 2, 0, 2, 0, 0, 0, 0, 0},
                      {kQueueProbe, 0, 1, 0, 1, 0, 0, 0, 0, 0},
                      {kQueueProbe, 1, 1, 0, 1, 0, 0, 0, 0, 0},
                      {kStartTransmitProbe, 0, 1, 0, 1, 0, 0, 0, 0, 0},
                      {kStartTransmitProbe, 1, 1, 0, 1, 0, 0, 0, 0, 0},
                      {kTransmittedProbe, 0, 1, 0, 1, 0, 0, 0, 0, 0}};
  session.losses = {{0, kStart + 2'009'000, kStart + 2'011'500, 7}};
  return session;
}

}  // namespace

Result<void> write_sample_recording(const std::string& path) {
  Names names = sample_names();
  names.netns.push_back({1, 4026531992, "host"});
  names.stacks = {{kTcpRcv, kUdpRcv}};
  const Session session = session_of_sample();
  TRY_ASSIGN(writer, RecordingWriter::create(path, session, names));
  for (const auto& events : {across_a_veth(), through_nat(), endings()}) {
    TRY(writer->on_events(events, names));
    TRY(writer->on_tick(session, names));
  }
  return writer->finish(session, names);
}

}  // namespace tracker::testing
