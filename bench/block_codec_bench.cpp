// SPDX-License-Identifier: GPL-2.0-or-later
//
// What an event costs to encode, to keep and to decode: nanoseconds and bytes an event, for traffic
// that is generated alike on every run. Figures to reach: DESIGN.md section 9.
//
//   bench_block_codec [EVENTS]
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "storage/block_decoder.h"
#include "storage/block_encoder.h"

namespace tracker {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

void put16(std::vector<uint8_t>& bytes, size_t offset, uint32_t value) {
  bytes[offset] = static_cast<uint8_t>(value >> 8);
  bytes[offset + 1] = static_cast<uint8_t>(value);
}

void put32(std::vector<uint8_t>& bytes, size_t offset, uint32_t value) {
  put16(bytes, offset, value >> 16);
  put16(bytes, offset + 2, value);
}

constexpr uint32_t kEthernet = 14;
constexpr uint32_t kIp = 20;

// One direction of one flow, whose packets follow each other as a kernel sends them.
struct Flow {
  bool is_tcp = false;
  uint32_t source = 0x0a010001;
  uint32_t dest = 0x0a010002;
  uint16_t source_port = 40000;
  uint16_t dest_port = 9;
  uint32_t seq = 0;
  uint16_t ip_id = 0;
  uint32_t hash = 0;
};

class Traffic {
 public:
  explicit Traffic(uint32_t seed) : random_(seed) {}

  uint32_t below(uint32_t limit) { return static_cast<uint32_t>(random_() % limit); }
  size_t below(size_t limit) { return random_() % limit; }
  // Steps of a busy CPU: a usual time, some noise, now and then an interrupt.
  uint64_t next_ns(uint32_t usual) {
    now_ns_ += usual + below(usual / 4 + 1) + (below(100U) == 0 ? below(20'000U) : 0);
    return now_ns_;
  }
  void fill_packet(Event& event, Flow& flow, uint32_t payload);
  void fill_skb(Event& event, uint64_t address, const Flow& flow);

 private:
  std::mt19937_64 random_;
  uint64_t now_ns_ = 1'000'000'000;
};

void Traffic::fill_packet(Event& event, Flow& flow, uint32_t payload) {
  const size_t transport = flow.is_tcp ? 32 : 8;
  PacketSection& packet = event.packet;
  packet.link = LinkLayer::kEthernet;
  packet.ethertype = 0x0800;
  packet.bytes.assign(kEthernet + kIp + transport, 0);
  packet.len = static_cast<uint32_t>(packet.bytes.size()) + payload;
  std::vector<uint8_t>& bytes = packet.bytes;
  put32(bytes, 2, flow.dest);
  put32(bytes, 8, flow.source);
  put16(bytes, 12, 0x0800);
  bytes[14] = 0x45;
  put16(bytes, 16, packet.len - kEthernet);
  put16(bytes, 18, flow.ip_id);
  put16(bytes, 20, 0x4000);
  bytes[22] = 64;
  bytes[23] = flow.is_tcp ? 6 : 17;
  // What the header's sum amounts to: it falls as the id rises.
  put16(bytes, 24, 0xffff - flow.ip_id - (packet.len & 0xffff));
  put32(bytes, 26, flow.source);
  put32(bytes, 30, flow.dest);
  put16(bytes, 34, flow.source_port);
  put16(bytes, 36, flow.dest_port);
  if (flow.is_tcp) {
    put32(bytes, 38, flow.seq);
    put32(bytes, 42, 0x12345678);
    bytes[46] = 0x80;
    bytes[47] = 0x10;
    put16(bytes, 48, 502);
    put16(bytes, 50, 0x1a2b);
    put32(bytes, 54, static_cast<uint32_t>(event.timestamp_ns / 1'000'000));
    put32(bytes, 58, static_cast<uint32_t>(event.timestamp_ns / 4'000'000));
  } else {
    put16(bytes, 38, packet.len - kEthernet - kIp);
    put16(bytes, 40, 0x3c4d);
  }
  flow.ip_id = static_cast<uint16_t>(flow.ip_id + 1);
  flow.seq += payload;
  event.add(Section::kPacket);
}

void Traffic::fill_skb(Event& event, uint64_t address, const Flow& flow) {
  event.skb.address = address;
  event.skb.head = address * 4;
  event.skb.len = event.packet.len - kEthernet;
  event.skb.truesize = event.packet.len < 600 ? 768 : 2304;
  event.skb.hash = flow.hash;
  event.skb.protocol = 0x0800;
  event.add(Section::kSkb);
}

void fill_surroundings(Event& event, uint32_t number) {
  event.dev = {number, number, FixedName(number == 1 ? "lo" : "eth0")};
  event.netns = {4026531840U + number, number};
  event.add(Section::kDev);
  event.add(Section::kNetns);
}

// skb:kfree_skb of one sender that floods a closed port.
std::vector<Event> make_flood(size_t count) {
  Traffic traffic(1);
  Flow flow;
  std::vector<Event> events(count);
  for (size_t i = 0; i < count; ++i) {
    Event& event = events[i];
    event.timestamp_ns = traffic.next_ns(1600);
    event.packet_id = i + 1;
    event.cpu = 1;
    event.task = {812, 812, FixedName("iperf3"), TaskContext::kSoftirq};
    traffic.fill_packet(event, flow, 18);
    traffic.fill_skb(event, 0xffff888101234500, flow);
    fill_surroundings(event, 2);
    event.drop = {3, true, 0xffffffff81c3f4bc};
    event.add(Section::kDrop);
  }
  return events;
}

// Drops of 2,000 flows, TCP and UDP, on four CPUs: reasons, places, devices and tasks of all kinds.
std::vector<Event> make_mixed(size_t count) {
  Traffic traffic(2);
  std::vector<Flow> flows(2000);
  for (Flow& flow : flows) {
    flow.is_tcp = traffic.below(3U) != 0;
    flow.dest = 0x0a010000 + traffic.below(300U);
    flow.source = traffic.below(1U << 30);
    flow.source_port = static_cast<uint16_t>(32768 + traffic.below(28'000U));
    flow.dest_port = static_cast<uint16_t>(traffic.below(4U) == 0 ? 443 : traffic.below(2000U));
    flow.seq = traffic.below(1U << 31);
    flow.ip_id = static_cast<uint16_t>(traffic.below(65536U));
    flow.hash = traffic.below(UINT32_MAX);
  }
  std::array<uint64_t, 4> packets{};
  std::vector<Event> events(count);
  for (size_t i = 0; i < count; ++i) {
    Event& event = events[i];
    // A few flows are most of the traffic.
    const size_t number = traffic.below(1 + traffic.below(1 + traffic.below(flows.size())));
    Flow& flow = flows[number];
    event.timestamp_ns = traffic.next_ns(5000);
    event.cpu = static_cast<uint16_t>(traffic.below(4U));
    // Each CPU numbers its packets by itself.
    event.packet_id = ++packets[event.cpu] * 4 + event.cpu;
    const auto pid = traffic.below(5U);
    event.task = {pid * 100, pid * 100, FixedName(pid == 0 ? "swapper" : "nginx"),
                  TaskContext::kSoftirq};
    traffic.fill_packet(event, flow, flow.is_tcp ? 1448 : 60);
    traffic.fill_skb(event, 0xffff888100000000 + traffic.below(size_t{64}) * 256, flow);
    fill_surroundings(event, 1 + static_cast<uint32_t>(number % 3));
    event.drop = {static_cast<uint32_t>(2 + number % 7), true,
                  0xffffffff81c00000 + number % 9 * 77};
    event.add(Section::kDrop);
    if (number % 2 == 0) continue;
    event.sock = {number, 2, 1, 6, 1, true, 131072, traffic.below(60U) * 768};
    event.add(Section::kSock);
  }
  return events;
}

// One TCP stream through eight probes: batches of packets pass one probe after another.
std::vector<Event> make_stream(size_t count) {
  constexpr size_t kProbes = 8;
  constexpr size_t kBatch = 16;
  Traffic traffic(3);
  Flow flow;
  flow.is_tcp = true;
  std::vector<Event> events;
  for (uint64_t id = 1; events.size() < count; id += kBatch) {
    std::vector<Event> packets(kBatch);
    for (size_t i = 0; i < kBatch; ++i) {
      traffic.fill_packet(packets[i], flow, 1448);
      traffic.fill_skb(packets[i], 0xffff888100000000 + traffic.below(size_t{128}) * 256, flow);
      packets[i].packet_id = id + i;
    }
    for (size_t probe = 0; probe < kProbes && events.size() < count; ++probe) {
      for (Event event : packets) {
        event.timestamp_ns = traffic.next_ns(700);
        event.probe = static_cast<uint16_t>(probe);
        event.cpu = static_cast<uint16_t>(probe / 4);
        event.task = {900, 900, FixedName("iperf3"), TaskContext::kSoftirq};
        event.skb.len -= probe < 4 ? 0 : kIp;
        fill_surroundings(event, probe < 4 ? 1 : 2);
        events.push_back(std::move(event));
      }
    }
  }
  events.resize(count);
  return events;
}

bool measure(const std::string& name, const std::vector<Event>& events) {
  BlockEncoder encoder;
  std::vector<EncodedBlock> blocks;
  auto begin = Clock::now();
  for (const Event& event : events) {
    if (encoder.is_full_for(event)) blocks.push_back(encoder.finish());
    encoder.add(event);
  }
  blocks.push_back(encoder.finish());
  const double encode = seconds_since(begin);

  std::vector<Event> decoded;
  size_t bytes = 0;
  size_t compared = 0;
  double decode = 0;
  for (const EncodedBlock& block : blocks) {
    bytes += block.data.size();
    begin = Clock::now();
    const auto result =
        decode_block(block.data, {block.events, block.first_ns, block.last_ns}, decoded);
    decode += seconds_since(begin);
    if (!result) {
      fmt::print(stderr, "{}: {}\n", name, result.error().message);
      return false;
    }
    for (const Event& event : decoded) {
      if (event == events[compared++]) continue;
      fmt::print(stderr, "{}: event {} differs\n", name, compared - 1);
      return false;
    }
  }
  const auto count = static_cast<double>(events.size());
  fmt::print(
      "{:8} {:>9} events {:>4} blocks  encode {:6.0f} ns  decode {:6.0f} ns  {:6.2f} bytes\n", name,
      events.size(), blocks.size(), encode / count * 1e9, decode / count * 1e9,
      static_cast<double>(bytes) / count);
  return true;
}

}  // namespace
}  // namespace tracker

int main(int argc, char** argv) {
  const size_t count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 655'360;
  if (count == 0) {
    fmt::print(stderr, "usage: bench_block_codec [EVENTS]\n");
    return 2;
  }
  bool is_right = tracker::measure("flood", tracker::make_flood(count));
  is_right &= tracker::measure("stream", tracker::make_stream(count));
  is_right &= tracker::measure("mixed", tracker::make_mixed(count));
  return is_right ? 0 : 1;
}
