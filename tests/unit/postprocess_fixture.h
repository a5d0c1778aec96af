// SPDX-License-Identifier: GPL-2.0-or-later
//
// Events, names and blocks for the tests of postprocess/.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "event/event.h"
#include "event/names.h"
#include "event/session.h"
#include "postprocess/block_source.h"

namespace tracker::testing {

// Indexes of the probes in sample_names().
enum SampleProbe : uint16_t {
  kFreeProbe,
  kConsumeProbe,
  kReceiveProbe,
  kQueueProbe,
  kStartTransmitProbe,
  kTransmittedProbe,
  kOtherProbe,
  kReturnProbe,
  kInferredProbe
};

inline constexpr uint64_t kUdpRcv = 0xffffffff81000100;
inline constexpr uint64_t kTcpRcv = 0xffffffff81000200;
inline constexpr uint32_t kConsumedReason = 1;
inline constexpr uint32_t kNotSpecified = 2;
inline constexpr uint32_t kNoSocket = 3;
inline constexpr uint32_t kOvsReason = 0x30001;
inline constexpr uint64_t kLeftCookie = 101;
inline constexpr uint64_t kRightCookie = 102;

inline Names sample_names() {
  Names names;
  names.probes = {{"tp", "skb:kfree_skb", {}, ProbeRole::kDropped},
                  {"tp", "skb:consume_skb", {}, ProbeRole::kConsumed},
                  {"tp", "net:netif_receive_skb", {}, ProbeRole::kReceive},
                  {"tp", "net:net_dev_queue", {}, ProbeRole::kQueue},
                  {"tp", "net:net_dev_start_xmit", {}, ProbeRole::kTransmit},
                  {"tp", "net:net_dev_xmit", {}, ProbeRole::kTransmitted},
                  {"tp", "sock:sock_rcvqueue_full", {}, ProbeRole::kOther},
                  {"fn", "ip_rcv%return", {}, ProbeRole::kReturn},
                  {"fn", "neigh_lookup", {}, ProbeRole::kInferred}};
  names.symbols = {{kUdpRcv, {"__udp4_lib_rcv", 0x4bc, ""}}, {kTcpRcv, {"tcp_v4_rcv", 0x77, ""}}};
  names.reasons = {{kConsumedReason, {"SKB_CONSUMED", "core"}},
                   {kNotSpecified, {"NOT_SPECIFIED", "core"}},
                   {kNoSocket, {"NO_SOCKET", "core"}},
                   {kOvsReason, {"OVS_DROP_LAST_ACTION", "openvswitch"}}};
  names.subsystems = {{0, "core"}, {3, "openvswitch"}};
  names.netns = {{kLeftCookie, 4026532001, "left"}, {kRightCookie, 4026532002, "right"}};
  return names;
}

inline Session sample_session() {
  Session session;
  session.tracker_version = "0.1.0";
  session.hostname = "lab";
  session.kernel_release = "6.12.117+deb12-cloud-amd64";
  session.machine = "x86_64";
  session.command_line = "tracker -p dropmon collect";
  session.timezone = "Europe/Berlin";
  session.utc_offset_seconds = 3600;
  session.cpus = 2;
  session.start_ns = 1'000'000'000;
  session.end_ns = 601'000'000'000;  // ten minutes
  session.end_reason = "SIGINT";
  // 2026-11-21T09:13:55.5Z at the start
  session.clocks = {{1'000'000'000, 1'795'252'435'500'000'000}};
  return session;
}

// An Ethernet frame with IPv4 and UDP headers and no payload.
inline PacketSection udp_packet(uint8_t source_host, uint16_t source_port, uint8_t dest_host,
                                uint16_t dest_port, uint8_t ttl = 64) {
  PacketSection packet;
  packet.link = LinkLayer::kEthernet;
  packet.ethertype = 0x0800;
  packet.len = 60;
  const auto high = [](uint16_t value) { return static_cast<uint8_t>(value >> 8); };
  const auto low = [](uint16_t value) { return static_cast<uint8_t>(value); };
  packet.bytes = {0x52,
                  0x54,
                  0,
                  0x12,
                  0x34,
                  0x56,
                  0x52,
                  0x54,
                  0,
                  0x12,
                  0x34,
                  0x57,
                  8,
                  0,
                  0x45,
                  0,
                  0,
                  46,
                  0,
                  1,
                  0,
                  0,
                  ttl,
                  17,
                  0,
                  0,
                  10,
                  1,
                  0,
                  source_host,
                  10,
                  1,
                  0,
                  dest_host,
                  high(source_port),
                  low(source_port),
                  high(dest_port),
                  low(dest_port),
                  0,
                  26,
                  0,
                  0};
  return packet;
}

// Builds one event, a section at a time.
class EventBuilder {
 public:
  EventBuilder(uint16_t probe, uint64_t timestamp_ns, uint64_t packet_id) {
    event_.probe = probe;
    event_.timestamp_ns = timestamp_ns;
    event_.packet_id = packet_id;
    event_.task.context = TaskContext::kSoftirq;
  }
  EventBuilder& cpu(uint16_t number) { return event_.cpu = number, *this; }
  EventBuilder& task(std::string_view comm, uint32_t pid) {
    event_.task = {pid, pid, FixedName(comm), TaskContext::kProcess};
    return *this;
  }
  EventBuilder& dev(std::string_view name, uint32_t ifindex) {
    event_.add(Section::kDev);
    event_.dev = {ifindex, 0, FixedName(name)};
    return *this;
  }
  EventBuilder& netns(uint64_t cookie, uint32_t inum) {
    event_.add(Section::kNetns);
    event_.netns = {inum, cookie};
    return *this;
  }
  EventBuilder& left() { return netns(kLeftCookie, 4026532001); }
  EventBuilder& right() { return netns(kRightCookie, 4026532002); }
  EventBuilder& drop(uint32_t reason, uint64_t location = kUdpRcv) {
    event_.add(Section::kDrop);
    event_.drop = {reason, true, location};
    return *this;
  }
  EventBuilder& packet(PacketSection packet) {
    event_.add(Section::kPacket);
    event_.packet = std::move(packet);
    return *this;
  }
  EventBuilder& mark(uint32_t value) {
    event_.add(Section::kSkb);
    event_.skb.mark = value;
    return *this;
  }
  EventBuilder& returned(int32_t code) {
    event_.has_return_code = true;
    event_.return_code = code;
    return *this;
  }
  EventBuilder& parent(uint64_t packet_id, ParentKind kind) {
    return event_.parents.push_back({packet_id, kind}), *this;
  }
  operator Event() const { return event_; }

 private:
  Event event_;
};

// Blocks in memory. `damaged` is the index of a block that cannot be read.
class MemorySource : public BlockSource {
 public:
  explicit MemorySource(std::vector<std::vector<Event>> blocks, Names names = sample_names(),
                        Session session = sample_session())
      : content_(std::move(blocks)), names_(std::move(names)), session_(std::move(session)) {
    for (const std::vector<Event>& events : content_) {
      BlockInfo info;
      info.id = static_cast<int64_t>(infos_.size()) + 1;
      info.events = static_cast<uint32_t>(events.size());
      info.first_ns = events.empty() ? 0 : UINT64_MAX;
      for (const Event& event : events) {
        info.first_ns = std::min(info.first_ns, event.timestamp_ns);
        info.last_ns = std::max(info.last_ns, event.timestamp_ns);
      }
      info.stored_bytes = events.size() * 10;
      infos_.push_back(info);
    }
  }

  const Session& session() const override { return session_; }
  const Names& names() const override { return names_; }
  const std::vector<BlockInfo>& blocks() const override { return infos_; }
  Result<void> read_block(size_t index, std::vector<Event>& events) const override {
    ++reads;
    if (index == damaged)
      return Error{"block " + std::to_string(index + 1) + ": its checksum is wrong"};
    events = content_[index];
    return {};
  }

  std::vector<BlockInfo>& mutable_blocks() { return infos_; }
  size_t damaged = SIZE_MAX;
  mutable uint64_t reads = 0;

 private:
  std::vector<std::vector<Event>> content_;
  std::vector<BlockInfo> infos_;
  Names names_;
  Session session_;
};

}  // namespace tracker::testing
