// SPDX-License-Identifier: GPL-2.0-or-later
//
// What the storage tests share: a folder that goes away, events of all kinds, words for them.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "event/event.h"
#include "event/names.h"
#include "event/session.h"

namespace tracker::sample {

// A folder under the test's temporary directory, removed at the end.
class Folder {
 public:
  Folder() {
    std::string name = ::testing::TempDir() + "/tracker-storage-XXXXXX";
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string file(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline std::string read_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

inline void write_file(const std::string& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

// Random events in which every member that is meaningful is random, from few and from many values.
class EventMaker {
 public:
  explicit EventMaker(uint32_t seed) : random_(seed) {}

  uint64_t below(uint64_t limit) { return random_() % limit; }
  // Mostly small, sometimes anything.
  template <typename T>
  T any() {
    return static_cast<T>(below(4) == 0 ? random_() : below(5));
  }
  bool coin() { return below(2) == 0; }
  FixedName name() {
    static const char* const kNames[] = {"", "eth0", "ksoftirqd/0", "fifteen-letters",
                                         "\x1b[2J\xff"};
    return FixedName(kNames[below(std::size(kNames))]);
  }

  Event event(uint32_t sections);
  std::vector<Event> events(size_t count) {
    std::vector<Event> result;
    for (size_t i = 0; i < count; ++i) result.push_back(event(any_sections()));
    return result;
  }
  uint32_t any_sections() { return static_cast<uint32_t>(random_()) & kAllSections; }

 private:
  void fill_skb(SkbSection& skb);
  void fill_packet(PacketSection& packet);
  void fill_sock(SockSection& sock);

  std::mt19937_64 random_;
  uint64_t now_ns_ = 1'000'000'000'000;
  std::vector<uint8_t> last_bytes_;
};

inline Event EventMaker::event(uint32_t sections) {
  Event event;
  // Mostly later than the one before, sometimes earlier: merging of rings is not perfect.
  now_ns_ += below(3000) - 500;
  event.timestamp_ns = below(200) == 0 ? random_() : now_ns_;
  event.packet_id = below(10) == 0 ? random_() : below(40);
  event.cpu = static_cast<uint16_t>(below(50) == 0 ? random_() : below(3));
  event.probe = static_cast<uint16_t>(below(50) == 0 ? random_() : below(3));
  event.sections = sections;
  event.has_return_code = coin();
  if (event.has_return_code) event.return_code = any<int32_t>();
  event.task = {any<uint32_t>(), any<uint32_t>(), name(), static_cast<TaskContext>(below(4))};
  for (uint64_t i = below(8); i < 3; ++i) {
    event.parents.push_back({any<uint64_t>(), static_cast<ParentKind>(below(7))});
  }
  if (event.has(Section::kSkb)) fill_skb(event.skb);
  if (event.has(Section::kPacket)) fill_packet(event.packet);
  if (event.has(Section::kDev)) event.dev = {any<uint32_t>(), any<uint32_t>(), name()};
  if (event.has(Section::kNetns)) event.netns = {any<uint32_t>(), any<uint64_t>()};
  if (event.has(Section::kDrop)) {
    event.drop.has_reason = coin();
    if (event.drop.has_reason) event.drop.reason = any<uint32_t>();
    event.drop.location = any<uint64_t>();
  }
  if (event.has(Section::kSock)) fill_sock(event.sock);
  if (event.has(Section::kStack)) event.stack.index = any<uint32_t>();
  if (event.has(Section::kCgroup)) event.cgroup.id = any<uint64_t>();
  return event;
}

inline void EventMaker::fill_skb(SkbSection& skb) {
  skb.address = 0xffff888000000000 + below(20) * 256;
  skb.head = any<uint64_t>();
  skb.len = any<uint32_t>();
  skb.data_len = any<uint32_t>();
  skb.truesize = any<uint32_t>();
  skb.hash = any<uint32_t>();
  skb.mark = any<uint32_t>();
  skb.priority = any<uint32_t>();
  skb.gso_size = any<uint16_t>();
  skb.gso_segs = any<uint16_t>();
  skb.vlan_tci = any<uint16_t>();
  skb.vlan_proto = any<uint16_t>();
  skb.protocol = any<uint16_t>();
  skb.pkt_type = any<uint8_t>();
  skb.cloned = coin();
  skb.ip_summed = any<uint8_t>();
}

inline void EventMaker::fill_packet(PacketSection& packet) {
  packet.link = coin() ? LinkLayer::kEthernet : LinkLayer::kNone;
  packet.ethertype = any<uint16_t>();
  packet.len = any<uint32_t>();
  switch (below(4)) {
    case 0:  // the packet before, a little changed
      packet.bytes = last_bytes_;
      for (uint64_t i = below(4); i > 0 && !packet.bytes.empty(); --i) {
        packet.bytes[below(packet.bytes.size())] = any<uint8_t>();
      }
      if (below(4) == 0) packet.bytes.resize(below(80));
      break;
    case 1:
      packet.bytes = last_bytes_;
      break;
    case 2:
      for (uint64_t i = below(90); i > 0; --i) packet.bytes.push_back(any<uint8_t>());
      break;
    default:
      packet.socket.family = any<uint8_t>();
      packet.socket.protocol = any<uint8_t>();
      packet.socket.source_port = any<uint16_t>();
      packet.socket.dest_port = any<uint16_t>();
      for (uint8_t& byte : packet.socket.source) byte = any<uint8_t>();
      for (uint8_t& byte : packet.socket.dest) byte = any<uint8_t>();
  }
  last_bytes_ = packet.bytes;
}

inline void EventMaker::fill_sock(SockSection& sock) {
  sock.cookie = any<uint64_t>();
  sock.family = any<uint16_t>();
  sock.type = any<uint16_t>();
  sock.protocol = any<uint16_t>();
  sock.state = any<uint8_t>();
  sock.has_buffers = coin();
  if (!sock.has_buffers) return;
  sock.rcvbuf = any<uint32_t>();
  sock.rmem_alloc = any<uint32_t>();
}

inline Names sample_names() {
  Names names;
  names.probes = {{"tp", "skb:kfree_skb", std::nullopt, ProbeRole::kDropped},
                  {"tp", "net:net_dev_xmit", std::nullopt, ProbeRole::kTransmitted},
                  {"kprobe", "ip_rcv", 0x10, ProbeRole::kInferred}};
  names.symbols[0xffffffff81000077] = {"tcp_v6_rcv", 0x77, ""};
  names.symbols[0x1000] = {std::string("odd\0name\xff", 9), 0, "bpf"};
  names.reasons[3] = {"NO_SOCKET", "core"};
  names.reasons[0x80030001] = {"LAST_ACTION", "openvswitch"};
  names.subsystems = {{0, "core"}, {3, "openvswitch"}};
  names.netns = {{1, 4026531840, "host"}, {UINT64_MAX, 4026532177, ""}};
  names.interfaces = {{1, 1, "lo"}, {UINT64_MAX, 2, "eth0\n"}};
  names.cgroups = {{1, "/"}, {UINT64_MAX, "/odd\n\xff"}};
  names.stacks = {{}, {0xffffffff81000077, 0x1000, 0}};
  return names;
}

inline Session sample_session() {
  Session session;
  session.tracker_version = "0.1.0";
  session.hostname = "gateway";
  session.kernel_release = "6.12.117+deb12-cloud-amd64";
  session.kernel_version = "#1 SMP";
  session.machine = "x86_64";
  session.command_line = "tracker -p dropmon collect";
  session.timezone = "Europe/Berlin";
  session.utc_offset_seconds = -3600;
  session.cpus = 4;
  session.start_ns = 1'000'000'000'000;
  session.clocks = {{1, -5}, {UINT64_MAX, 1'700'000'000'000'000'000}};
  session.attachments = {{"tp:skb:kfree_skb", true, "tp_btf", "", 7},
                         {"tp:nothing:there", false, "", "this kernel has no such tracepoint", -1}};
  session.stacks = {8, 10};
  session.companions = {{"tp:net:netif_receive_skb", "tp_btf", "", 12'345, 67},
                        {"tp:tcp:tcp_probe", "", "the kernel refuses the program", 0, 0}};
  session.shared_programs = {{"kprobe_multi", 1'895, 4}, {"kprobe", 17, -1}};
  session.counters = {{0, 0, 10, 1, 5, 2, 1, 1, 1, 3}, {1, 3, 1, 0, 1, 0, 0, 0, 0, 0}};
  session.losses = {{3, 100, 200, 17}};
  return session;
}

}  // namespace tracker::sample
