// SPDX-License-Identifier: GPL-2.0-or-later
//
// The transport part of the header walk, and the tunnels that begin there.
#include "event/header_cursor.h"

namespace tracker {
namespace {

constexpr uint32_t kIcmpSize = 8;  // with the four bytes whose meaning depends on the type
constexpr uint32_t kUdpSize = 8;
constexpr uint32_t kGreSize = 4;
constexpr uint32_t kVxlanSize = 8;
constexpr uint32_t kGeneveSize = 8;

constexpr uint16_t kGreChecksum = 0x8000;
constexpr uint16_t kGreKey = 0x2000;
constexpr uint16_t kGreSequence = 0x1000;
constexpr uint16_t kGreUnknown = 0x4fff;  // source routes, recursion, PPTP's version 1
constexpr uint8_t kVxlanHasId = 0x08;
constexpr uint8_t kVxlanGroupPolicy = 0x80;
constexpr uint8_t kGeneveVersion = 0xc0;
constexpr uint8_t kGeneveOptions = 0x3f;

Carried carried_type(uint16_t ethertype) {
  if (ethertype == wire::kTypeTransparentEthernet) {
    return {.found = true, .link = LinkLayer::kEthernet};
  }
  const bool is_ip = ethertype == wire::kTypeIpv4 || ethertype == wire::kTypeIpv6;
  return {.found = is_ip, .ethertype = ethertype};
}

Carried walk_gre(HeaderCursor& cursor, LayerMap& layer) {
  if (!cursor.require(kGreSize)) return {};
  const uint16_t flags = cursor.u16(0);
  const Carried carried = carried_type(cursor.u16(2));
  uint32_t size = kGreSize;
  for (const uint16_t field : {kGreChecksum, kGreKey, kGreSequence}) {
    if ((flags & field) != 0) size += 4;
  }
  if ((flags & kGreUnknown) != 0 || !carried.found) {
    cursor.skip(kGreSize);
    return {};
  }
  if (!cursor.require(size)) return {};
  layer.tunnel = cursor.at();
  layer.tunnel_kind = TunnelKind::kGre;
  cursor.skip(size);
  return carried;
}

// Within UDP a port is all that says tunnel: what does not look like one is taken as plain UDP.
Carried walk_vxlan(HeaderCursor& cursor, LayerMap& layer) {
  if (!cursor.has(kVxlanSize)) return {};
  const auto flags = static_cast<uint8_t>(cursor.u8(0) & ~kVxlanGroupPolicy);
  if (flags != kVxlanHasId || cursor.u8(7) != 0) return {};
  layer.tunnel = cursor.at();
  layer.tunnel_kind = TunnelKind::kVxlan;
  cursor.skip(kVxlanSize);
  return {.found = true, .link = LinkLayer::kEthernet};
}

Carried walk_geneve(HeaderCursor& cursor, LayerMap& layer) {
  if (!cursor.has(kGeneveSize) || (cursor.u8(0) & kGeneveVersion) != 0) return {};
  const uint32_t size = kGeneveSize + (cursor.u8(0) & kGeneveOptions) * 4U;
  const Carried carried = carried_type(cursor.u16(2));
  if (!carried.found || !cursor.has(size)) return {};
  layer.tunnel = cursor.at();
  layer.tunnel_kind = TunnelKind::kGeneve;
  cursor.skip(size);
  return carried;
}

Carried walk_udp(HeaderCursor& cursor, LayerMap& layer) {
  const uint16_t port = cursor.u16(2);
  cursor.skip(kUdpSize);
  if (port == wire::kPortVxlan || port == wire::kPortVxlanLinux) return walk_vxlan(cursor, layer);
  if (port == wire::kPortGeneve) return walk_geneve(cursor, layer);
  return {};
}

}  // namespace

uint32_t transport_size(uint8_t protocol) {
  switch (protocol) {
    case wire::kTcp:
      return 20;
    case wire::kUdp:
    case wire::kUdpLite:
    case wire::kEsp:
      return 8;
    case wire::kIcmp:
    case wire::kIcmpv6:
      return 4;
    case wire::kSctp:
    case wire::kDccp:
      return 12;
    default:
      return 0;
  }
}

Carried walk_transport(HeaderCursor& cursor, LayerMap& layer) {
  switch (layer.protocol) {
    case wire::kIpip:
    case wire::kIpv6:
      layer.tunnel_kind = TunnelKind::kIpip;
      return carried_type(layer.protocol == wire::kIpip ? wire::kTypeIpv4 : wire::kTypeIpv6);
    case wire::kGre:
      return walk_gre(cursor, layer);
    default:
      break;
  }
  const uint32_t size = transport_size(layer.protocol);
  if (size == 0 || !cursor.require(size)) return {};
  layer.transport = cursor.at();
  if (layer.protocol == wire::kUdp) return walk_udp(cursor, layer);
  const bool is_icmp = layer.protocol == wire::kIcmp || layer.protocol == wire::kIcmpv6;
  const uint32_t options_end = layer.protocol == wire::kTcp ? (cursor.u8(12) >> 4) * 4U : 0;
  cursor.skip(is_icmp ? kIcmpSize : std::max(size, options_end));
  return {};
}

}  // namespace tracker
