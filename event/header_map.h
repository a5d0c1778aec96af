// SPDX-License-Identifier: GPL-2.0-or-later
//
// HeaderMap: where the headers of a packet lie within its bytes. The one walk over hostile bytes
// that decode_packet() and header_length() share: fixed size, no allocation, every read bounded.
//
// An offset is set only where the fixed part of that header is wholly there, so that whoever reads
// fields through the map needs no bounds of its own.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "event/packet.h"

namespace tracker {

inline constexpr size_t kMaxTunnels = 4;     // packets in packets that are looked into
inline constexpr size_t kMaxVlans = 4;       // tags of one frame
inline constexpr size_t kMaxExtensions = 8;  // extension headers of one IP packet
inline constexpr uint32_t kIpv6Size = 40;    // of its fixed header
inline constexpr uint32_t kNoOffset = UINT32_MAX;

// One packet: link, network and transport header. All offsets count from the first byte kept.
struct LayerMap {
  uint32_t ethernet = kNoOffset;   // 14 bytes and 4 for each tag
  uint32_t ip = kNoOffset;         // 20 bytes of IPv4 or 40 of IPv6, by `version`
  uint32_t fragment = kNoOffset;   // the 8 bytes of an IPv6 fragment header
  uint32_t arp = kNoOffset;        // 28 bytes of ARP for IPv4 over Ethernet
  uint32_t transport = kNoOffset;  // transport_size(protocol) bytes
  uint32_t tunnel = kNoOffset;     // header of GRE, VXLAN or Geneve, with key where there is one
  uint16_t ethertype = 0;          // after all tags; 0: unknown
  uint8_t vlans = 0;
  uint8_t version = 0;   // 4 or 6
  uint8_t protocol = 0;  // after extension headers; meaningful where there is an IP header
  TunnelKind tunnel_kind = TunnelKind::kIpip;  // meaningful where another layer follows
};

struct HeaderMap {
  std::array<LayerMap, kMaxTunnels + 1> layers;
  size_t count = 0;  // layers used, at least 1
  uint32_t end = 0;  // bytes from the start through the innermost header, at most what is there
};

// Walks the headers of `bytes`, which begin as `link` and, for LinkLayer::kNone, `ethertype` say.
HeaderMap map_headers(std::span<const uint8_t> bytes, LinkLayer link, uint16_t ethertype);

// Size of the fixed part of a transport header; 0 for protocols without one known here.
uint32_t transport_size(uint8_t protocol);

}  // namespace tracker
