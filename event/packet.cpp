// SPDX-License-Identifier: GPL-2.0-or-later
//
// Reads the fields of the headers that map_headers() found.
#include "event/packet.h"

#include <netinet/in.h>

#include <algorithm>

#include "event/header_map.h"
#include "event/wire.h"

namespace tracker {
namespace {

constexpr uint16_t kDontFragment = 0x4000;
constexpr uint16_t kMoreFragments = 0x2000;
constexpr uint16_t kIpv4OffsetMask = 0x1fff;
constexpr uint16_t kIpv6OffsetMask = 0xfff8;
constexpr uint32_t kEthernetSize = 14;
constexpr uint32_t kVlanSize = 4;
constexpr uint32_t kFlowLabelMask = 0xfffff;
constexpr uint8_t kEchoReply = 0, kEchoRequest = 8;
constexpr uint8_t kEchoRequest6 = 128, kEchoReply6 = 129;

std::array<uint8_t, 6> read_mac(const uint8_t* bytes) {
  std::array<uint8_t, 6> mac{};
  std::copy_n(bytes, mac.size(), mac.begin());
  return mac;
}

IpAddress read_address(const uint8_t* bytes, uint8_t family) {
  IpAddress address;
  address.family = family;
  std::copy_n(bytes, family == AF_INET ? 4 : 16, address.bytes.begin());
  return address;
}

EthernetHeader decode_ethernet(const uint8_t* header, const LayerMap& layer) {
  EthernetHeader ethernet;
  ethernet.dest = read_mac(header);
  ethernet.source = read_mac(header + 6);
  ethernet.ethertype = layer.ethertype;
  const uint8_t* tag = header + 14;
  for (uint8_t i = 0; i < layer.vlans; ++i, tag += 4) {
    ethernet.vlans.push_back(wire::read_u16(tag));
  }
  return ethernet;
}

IpHeader decode_ipv4(const uint8_t* header, const LayerMap& layer) {
  const uint16_t fragment = wire::read_u16(header + 6);
  IpHeader ip;
  ip.version = 4;
  ip.tos = header[1];
  ip.len = wire::read_u16(header + 2);
  ip.id = wire::read_u16(header + 4);
  ip.dont_fragment = (fragment & kDontFragment) != 0;
  ip.more_fragments = (fragment & kMoreFragments) != 0;
  ip.fragment_offset = static_cast<uint16_t>((fragment & kIpv4OffsetMask) * 8);
  ip.ttl = header[8];
  ip.protocol = layer.protocol;
  ip.source = read_address(header + 12, AF_INET);
  ip.dest = read_address(header + 16, AF_INET);
  return ip;
}

IpHeader decode_ipv6(const uint8_t* bytes, const LayerMap& layer) {
  const uint8_t* header = bytes + layer.ip;
  const uint32_t first = wire::read_u32(header);
  IpHeader ip;
  ip.version = 6;
  ip.tos = static_cast<uint8_t>(first >> 20 & 0xff);
  ip.flow_label = first & kFlowLabelMask;
  ip.len = wire::read_u16(header + 4) + kIpv6Size;
  ip.protocol = layer.protocol;
  ip.ttl = header[7];
  ip.source = read_address(header + 8, AF_INET6);
  ip.dest = read_address(header + 24, AF_INET6);
  if (layer.fragment != kNoOffset) {
    const uint16_t fragment = wire::read_u16(bytes + layer.fragment + 2);
    ip.fragment_offset = fragment & kIpv6OffsetMask;
    ip.more_fragments = (fragment & 1) != 0;
    ip.id = wire::read_u32(bytes + layer.fragment + 4);
  }
  return ip;
}

TcpHeader decode_tcp(const uint8_t* header) {
  TcpHeader tcp;
  tcp.source_port = wire::read_u16(header);
  tcp.dest_port = wire::read_u16(header + 2);
  tcp.seq = wire::read_u32(header + 4);
  tcp.ack = wire::read_u32(header + 8);
  tcp.flags = header[13];
  tcp.window = wire::read_u16(header + 14);
  tcp.checksum = wire::read_u16(header + 16);
  return tcp;
}

UdpHeader decode_udp(const uint8_t* header) {
  UdpHeader udp;
  udp.source_port = wire::read_u16(header);
  udp.dest_port = wire::read_u16(header + 2);
  udp.len = wire::read_u16(header + 4);
  udp.checksum = wire::read_u16(header + 6);
  return udp;
}

// `has_rest`: the four bytes after the checksum were kept as well.
IcmpHeader decode_icmp(const uint8_t* header, uint8_t protocol, bool has_rest) {
  IcmpHeader icmp;
  icmp.type = header[0];
  icmp.code = header[1];
  const bool is_echo = protocol == wire::kIcmp
                           ? icmp.type == kEchoRequest || icmp.type == kEchoReply
                           : icmp.type == kEchoRequest6 || icmp.type == kEchoReply6;
  if (is_echo && has_rest) {
    icmp.id = wire::read_u16(header + 4);
    icmp.sequence = wire::read_u16(header + 6);
  }
  return icmp;
}

ArpHeader decode_arp(const uint8_t* header) {
  ArpHeader arp;
  arp.operation = wire::read_u16(header + 6);
  arp.sender_mac = read_mac(header + 8);
  arp.sender = read_address(header + 14, AF_INET);
  arp.target_mac = read_mac(header + 18);
  arp.target = read_address(header + 24, AF_INET);
  return arp;
}

TunnelHeader decode_tunnel(const uint8_t* bytes, const LayerMap& layer) {
  constexpr uint16_t kGreChecksum = 0x8000, kGreKey = 0x2000;
  TunnelHeader tunnel;
  tunnel.kind = layer.tunnel_kind;
  if (tunnel.kind == TunnelKind::kIpip) return tunnel;
  const uint8_t* header = bytes + layer.tunnel;
  if (tunnel.kind == TunnelKind::kGre) {
    const uint16_t flags = wire::read_u16(header);
    const int key = (flags & kGreChecksum) != 0 ? 8 : 4;
    if ((flags & kGreKey) != 0) tunnel.id = wire::read_u32(header + key);
  } else {
    tunnel.id = wire::read_u24(header + 4);
  }
  return tunnel;
}

Packet decode_layer(const uint8_t* bytes, uint32_t end, const LayerMap& layer) {
  Packet packet;
  packet.ethertype = layer.ethertype;
  if (layer.ethernet != kNoOffset) {
    packet.ethernet = decode_ethernet(bytes + layer.ethernet, layer);
  }
  if (layer.arp != kNoOffset) packet.arp = decode_arp(bytes + layer.arp);
  if (layer.ip == kNoOffset) return packet;
  packet.ip = layer.version == 4 ? decode_ipv4(bytes + layer.ip, layer) : decode_ipv6(bytes, layer);
  if (layer.transport == kNoOffset) return packet;
  const uint8_t* transport = bytes + layer.transport;
  if (layer.protocol == wire::kTcp) {
    packet.tcp = decode_tcp(transport);
  } else if (layer.protocol == wire::kUdp) {
    packet.udp = decode_udp(transport);
  } else if (layer.protocol == wire::kIcmp || layer.protocol == wire::kIcmpv6) {
    packet.icmp = decode_icmp(transport, layer.protocol, end - layer.transport >= 8);
  }
  return packet;
}

bool is_anything(const LayerMap& layer) {
  return layer.ethernet != kNoOffset || layer.ip != kNoOffset;
}

// Where the network header begins, or would begin where it was not kept.
uint32_t network_offset(const LayerMap& layer, LinkLayer link) {
  if (layer.ip != kNoOffset) return layer.ip;
  if (layer.arp != kNoOffset) return layer.arp;
  const uint32_t link_header = link == LinkLayer::kEthernet ? kEthernetSize : 0;
  return link_header + kVlanSize * layer.vlans;
}

}  // namespace

Packet decode_packet(const PacketSection& section) {
  const HeaderMap map = map_headers(section.bytes, section.link, section.ethertype);
  const uint8_t* bytes = section.bytes.data();
  Packet packet = decode_layer(bytes, map.end, map.layers[0]);
  packet.header_bytes = map.end;
  Packet* outer = &packet;
  for (size_t i = 1; i < map.count && is_anything(map.layers[i]); ++i) {
    outer->tunnel = decode_tunnel(bytes, map.layers[i - 1]);
    outer->inner = std::make_shared<Packet>(decode_layer(bytes, map.end, map.layers[i]));
    outer = outer->inner.get();
  }
  return packet;
}

uint32_t header_length(const PacketSection& section) {
  return map_headers(section.bytes, section.link, section.ethertype).end;
}

uint32_t network_length(const PacketSection& section) {
  const HeaderMap map = map_headers(section.bytes, section.link, section.ethertype);
  const LayerMap& layer = map.layers[0];
  const uint32_t begin = network_offset(layer, section.link);
  const uint32_t there = section.len > begin ? section.len - begin : 0;
  if (layer.ip == kNoOffset) return there;
  const uint8_t* ip = section.bytes.data() + layer.ip;
  const uint32_t fixed = layer.version == 6 ? kIpv6Size : 0;
  const uint32_t field = wire::read_u16(ip + (layer.version == 6 ? 4 : 2));
  // 0 is a length that the field cannot say: of a GSO packet or a jumbogram.
  return field == 0 ? there : std::min(fixed + field, there);
}

}  // namespace tracker
