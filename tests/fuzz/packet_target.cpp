// SPDX-License-Identifier: GPL-2.0-or-later
//
// Packet headers: decoded, shown as text and JSON, and filtered.
//
// Input: link layer, ethertype, length, then the bytes.
#include "event/packet.h"

#include <fmt/format.h>

#include <algorithm>

#include "event/packet_filter.h"
#include "event/render.h"
#include "postprocess/packet_change.h"
#include "tests/fuzz/target.h"
#include "tests/unit/event_sample.h"

namespace tracker::fuzz {
namespace {

constexpr size_t kHead = 7;

std::vector<PacketFilter> compile_filters() {
  std::vector<PacketFilter> filters;
  for (const char* expression :
       {"tcp[tcpflags] & tcp-syn != 0", "ip6 and udp port 53", "vlan and icmp",
        "ether host 2:0:0:0:0:1", "ip[ip[0] & 15 * 4:4] = 1", "len > 100 and arp"}) {
    auto filter = PacketFilter::compile(expression);
    FUZZ_EXPECT(filter.has_value());
    filters.push_back(std::move(filter).value());
  }
  return filters;
}

void check_section(const PacketSection& section) {
  const Packet packet = decode_packet(section);
  FUZZ_EXPECT(packet.header_bytes <= section.bytes.size());
  FUZZ_EXPECT(packet.header_bytes == header_length(section));
  FUZZ_EXPECT(packet.tunnel.has_value() == (packet.inner != nullptr));
  expect_printable(flow_text(section) + "\n");
  expect_printable(endpoints_text(section) + "\n");
  expect_printable(summary_text(section) + "\n");
}

}  // namespace

std::vector<Bytes> make_seeds() {
  std::vector<Bytes> seeds;
  for (const testing::Frame& frame : {testing::kTcp4Syn,
                                      testing::kTcp6Syn,
                                      testing::kTcpData,
                                      testing::kUdp4,
                                      testing::kUdp6,
                                      testing::kIpv4Options,
                                      testing::kEthernetPadding,
                                      testing::kFirstFragment,
                                      testing::kLaterFragment,
                                      testing::kLastFragment,
                                      testing::kIpv6HopByHopRoutingDestOptions,
                                      testing::kIpv6FirstFragment,
                                      testing::kIpv6LaterFragment,
                                      testing::kIpv6Ah,
                                      testing::kIpv4Ah,
                                      testing::kPingRequest,
                                      testing::kPingReply,
                                      testing::kPortUnreachable,
                                      testing::kPing6,
                                      testing::kNeighbourSolicitation,
                                      testing::kSctp,
                                      testing::kUdpLite,
                                      testing::kEsp,
                                      testing::kProto253,
                                      testing::kArpRequest,
                                      testing::kArpReply,
                                      testing::kVlan,
                                      testing::kQinQ,
                                      testing::kLlcStp,
                                      testing::kSnapIpv4,
                                      testing::kUnknownEthertype,
                                      testing::kTunIpv4,
                                      testing::kTunIpv6,
                                      testing::kIpip,
                                      testing::kSixInFour,
                                      testing::kGre,
                                      testing::kGreKeyChecksumSequence,
                                      testing::kGreTap,
                                      testing::kVxlan,
                                      testing::kVxlanCarriesArp,
                                      testing::kGeneve,
                                      testing::kNestedSix,
                                      testing::kWrongVersion,
                                      testing::kWrongHeaderLength}) {
    const PacketSection section = testing::section_of(frame);
    Bytes seed{static_cast<uint8_t>(section.link),
               static_cast<uint8_t>(section.ethertype),
               static_cast<uint8_t>(section.ethertype >> 8),
               static_cast<uint8_t>(section.len),
               static_cast<uint8_t>(section.len >> 8),
               0,
               0};
    FUZZ_EXPECT(seed.size() == kHead);
    seed.insert(seed.end(), section.bytes.begin(), section.bytes.end());
    seeds.push_back(std::move(seed));
  }
  return seeds;
}

}  // namespace tracker::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tracker;
  static const std::vector<PacketFilter> filters = fuzz::compile_filters();
  static const Names names = testing::sample_names();
  static const Session session = testing::sample_session();
  fuzz::InputReader input({data, size});
  Event event = testing::sample_drop();
  PacketSection& section = event.packet;
  const PacketSection before = section;
  section.link = input.byte() % 2 == 0 ? LinkLayer::kNone : LinkLayer::kEthernet;
  section.ethertype = static_cast<uint16_t>(input.number(2));
  section.len = static_cast<uint32_t>(input.number(4));
  // Memory of exactly that size, where a sanitizer sees every read beyond it.
  section.bytes = fuzz::Bytes(input.rest().begin(), input.rest().end());
  if (size % 8 == 7 && section.bytes.size() >= 38) {  // no header yet: the socket's addresses
    section.socket = {section.bytes[0],
                      section.bytes[1],
                      section.len % 65536 == 0 ? uint16_t{0} : uint16_t{53},
                      section.ethertype,
                      {},
                      {}};
    std::copy_n(section.bytes.begin() + 2, 16, section.socket.source.begin());
    std::copy_n(section.bytes.begin() + 18, 16, section.socket.dest.begin());
    section.bytes.clear();
  }
  fuzz::check_section(section);
  for (const PacketChange& change : packet_changes(before, section)) {
    fuzz::expect_printable(fmt::format("{} {} -> {}\n", change.what, change.before, change.after));
  }
  fuzz::expect_printable(render_event_text(event, names, session, {}, 0));
  fuzz::expect_printable(render_event_line(event, names, session, {}, 0));
  fuzz::expect_json_lines(render_event_json(event, names, session) + "\n");
  for (const PacketFilter& filter : filters) {
    (void)filter.obstacle(section, filter.matches(section));
  }
  return 0;
}
