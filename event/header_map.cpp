// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/header_map.h"

#include <algorithm>

#include "event/header_cursor.h"
#include "event/wire.h"

namespace tracker {
namespace {

constexpr uint32_t kEthernetSize = 14;
constexpr uint32_t kVlanSize = 4;
constexpr uint32_t kLlcSize = 3;
constexpr uint32_t kSnapSize = 8;  // with its LLC
constexpr uint32_t kArpSize = 28;
constexpr uint32_t kArpIpv4OverEthernet = 0x00010800;  // hardware and protocol type
constexpr uint16_t kArpAddressSizes = 0x0604;

bool is_vlan(uint16_t ethertype) {
  return ethertype == wire::kTypeVlan || ethertype == wire::kTypeQinq;
}

// At the first tag's TCI; the layer's type says that there is one.
void walk_vlans(HeaderCursor& cursor, LayerMap& layer) {
  while (is_vlan(layer.ethertype) && layer.vlans < kMaxVlans) {
    if (!cursor.require(kVlanSize)) return;
    layer.ethertype = cursor.u16(2);
    ++layer.vlans;
    cursor.skip(kVlanSize);
  }
}

// At what follows an 802.3 length.
void walk_llc(HeaderCursor& cursor, LayerMap& layer) {
  layer.ethertype = wire::kTypeLlc;
  if (!cursor.require(kLlcSize)) return;
  const bool is_snap = cursor.u8(0) == 0xaa && cursor.u8(1) == 0xaa && cursor.u8(2) == 3;
  if (!is_snap) return cursor.skip(kLlcSize);
  if (!cursor.require(kSnapSize)) return;
  const bool carries_ethertype = cursor.u16(3) == 0 && cursor.u8(5) == 0;  // OUI
  if (carries_ethertype) layer.ethertype = cursor.u16(6);
  cursor.skip(kSnapSize);
}

void walk_ethernet(HeaderCursor& cursor, LayerMap& layer) {
  if (!cursor.require(kEthernetSize)) return;
  layer.ethernet = cursor.at();
  layer.ethertype = cursor.u16(12);
  cursor.skip(kEthernetSize);
  walk_vlans(cursor, layer);
  if (layer.ethertype < wire::kSmallestType) walk_llc(cursor, layer);
}

void walk_arp(HeaderCursor& cursor, LayerMap& layer) {
  if (!cursor.require(kArpSize)) return;
  const bool is_known = cursor.u32(0) == kArpIpv4OverEthernet && cursor.u16(4) == kArpAddressSizes;
  if (is_known) layer.arp = cursor.at();
  cursor.skip(kArpSize);
}

// What follows the link header, by the layer's type.
Carried walk_network(HeaderCursor& cursor, LayerMap& layer) {
  switch (layer.ethertype) {
    case wire::kTypeIpv4:
      return walk_ipv4(cursor, layer);
    case wire::kTypeIpv6:
      return walk_ipv6(cursor, layer);
    case wire::kTypeArp:
      walk_arp(cursor, layer);
      return {};
    default:
      return {};
  }
}

}  // namespace

HeaderMap map_headers(std::span<const uint8_t> bytes, LinkLayer link, uint16_t ethertype) {
  HeaderMap map;
  HeaderCursor cursor(bytes);
  Carried next{.found = true, .link = link, .ethertype = ethertype};
  while (next.found && map.count < map.layers.size()) {
    LayerMap& layer = map.layers[map.count++];
    layer.ethertype = next.ethertype;
    if (next.link == LinkLayer::kEthernet) {
      layer.ethertype = 0;
      walk_ethernet(cursor, layer);
    } else {
      walk_vlans(cursor, layer);  // a device that hands up tagged frames without their MACs
    }
    next = walk_network(cursor, layer);
  }
  map.end = cursor.at();
  return map;
}

}  // namespace tracker
