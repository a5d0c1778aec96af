// SPDX-License-Identifier: GPL-2.0-or-later
//
// One event with every section, and the names and session it belongs to, for tests of rendering.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include "event/event.h"
#include "event/names.h"
#include "event/session.h"
#include "tests/unit/event_frames.h"

namespace tracker::testing {

inline constexpr uint64_t kPlace = 0xffffffff81000077;        // in tcp_v6_rcv
inline constexpr uint64_t kModulePlace = 0xffffffffc0000048;  // in openvswitch
inline constexpr uint32_t kNoSocket = 3;
inline constexpr uint32_t kOvsLastAction = 3U << 16 | 1;

inline constexpr uint64_t kCgroup = 0x1b3;

inline Names sample_names() {
  Names names;
  names.probes = {
      {"tp", "skb:kfree_skb", std::nullopt, ProbeRole::kDropped},
      {"tp", "net:netif_receive_skb", std::nullopt, ProbeRole::kReceive},
      {"tp", "net:net_dev_xmit", std::nullopt, ProbeRole::kTransmitted},
      {"kprobe", "ip_rcv", 0x1c, ProbeRole::kOther},
      {"tp", "net:net_dev_start_xmit", std::nullopt, ProbeRole::kTransmit},
      {"tp", "net:net_dev_queue", std::nullopt, ProbeRole::kQueue},
      {"tp", "net:netif_rx", std::nullopt, ProbeRole::kReceive},
  };
  names.symbols = {{kPlace, {"tcp_v6_rcv", 0x77, ""}},
                   {kModulePlace, {"ovs_execute_actions", 0x48, "openvswitch"}}};
  names.reasons = {{kNoSocket, {"NO_SOCKET", "core"}},
                   {kOvsLastAction, {"OVS_DROP_LAST_ACTION", "openvswitch"}}};
  names.subsystems = {{0, "core"}, {3, "openvswitch"}};
  names.netns = {{1, 4026531840, "host"}, {2, 4026532177, ""}};
  names.interfaces = {{1, 1, "lo"}, {1, 7, "eth0"}};
  names.cgroups = {{kCgroup, "/system.slice/sshd.service"}};
  names.stacks = {{}, {kPlace, kModulePlace, 0x1234}};
  return names;
}

// 2026-11-21T16:03:21.402117456Z is 8123.5 s after the start of the host, in a zone 1 h ahead.
inline constexpr uint64_t kSampleNs = 8'123'500'000'456;

inline Session sample_session() {
  Session session;
  session.timezone = "Europe/Berlin";
  session.utc_offset_seconds = 3600;
  session.start_ns = kSampleNs - 1'000'000'000;
  session.clocks = {{8'123'500'000'000, 1'795'277'001'402'117'000}};
  return session;
}

// A TCP SYN that nobody listens for, as a probe on skb:kfree_skb sees it.
inline Event sample_drop() {
  Event event;
  event.timestamp_ns = kSampleNs;
  event.packet_id = 0x5f01;
  event.cpu = 1;
  event.task = {4412, 4410, FixedName("nc"), TaskContext::kProcess};
  event.add(Section::kSkb);
  event.skb.address = 0xffff888012345600;
  event.skb.head = 0xffff888011110000;
  event.skb.len = 40;
  event.skb.truesize = 1280;
  event.skb.priority = 6;
  event.skb.protocol = 0x86dd;
  event.add(Section::kPacket);
  event.packet = section_of(kTcp6Syn);
  event.add(Section::kDev);
  event.dev = {1, 1, FixedName("lo")};
  event.add(Section::kNetns);
  event.netns = {4026531840, 1};
  event.add(Section::kDrop);
  event.drop = {kNoSocket, true, kPlace};
  return event;
}

inline void add_sock(Event& event) {
  event.add(Section::kSock);
  event.sock = {0x2a, AF_INET6, SOCK_STREAM, IPPROTO_TCP, 1, true, 212992, 4096};
}

inline void add_cgroup(Event& event) {
  event.add(Section::kCgroup);
  event.cgroup.id = kCgroup;
}

inline void add_stack(Event& event) {
  event.add(Section::kStack);
  event.stack.index = 1;
}

}  // namespace tracker::testing
