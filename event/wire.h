// SPDX-License-Identifier: GPL-2.0-or-later
//
// Numbers of protocols on the wire, and reading big-endian fields.
//
// The reads are not bounded: callers know, from a HeaderMap (header_map.h) or a check of their own,
// that the bytes are there.
#pragma once

#include <cstdint>

namespace tracker::wire {

// Ethertypes.
inline constexpr uint16_t kTypeIpv4 = 0x0800;
inline constexpr uint16_t kTypeArp = 0x0806;
inline constexpr uint16_t kTypeTransparentEthernet = 0x6558;  // Ethernet in GRE or Geneve
inline constexpr uint16_t kTypeVlan = 0x8100;
inline constexpr uint16_t kTypeIpv6 = 0x86dd;
inline constexpr uint16_t kTypeQinq = 0x88a8;
inline constexpr uint16_t kTypeLlc = 0x0004;       // ETH_P_802_2: what skb->protocol says of LLC
inline constexpr uint16_t kSmallestType = 0x0600;  // below it the field is an 802.3 length

// IP protocols and IPv6 extension headers.
inline constexpr uint8_t kHopByHop = 0;
inline constexpr uint8_t kIcmp = 1;
inline constexpr uint8_t kIpip = 4;
inline constexpr uint8_t kTcp = 6;
inline constexpr uint8_t kUdp = 17;
inline constexpr uint8_t kDccp = 33;
inline constexpr uint8_t kIpv6 = 41;
inline constexpr uint8_t kRouting = 43;
inline constexpr uint8_t kFragment = 44;
inline constexpr uint8_t kGre = 47;
inline constexpr uint8_t kEsp = 50;
inline constexpr uint8_t kAh = 51;
inline constexpr uint8_t kIcmpv6 = 58;
inline constexpr uint8_t kNoNext = 59;
inline constexpr uint8_t kDestOptions = 60;
inline constexpr uint8_t kSctp = 132;
inline constexpr uint8_t kUdpLite = 136;

// UDP ports of tunnels.
inline constexpr uint16_t kPortVxlan = 4789;
inline constexpr uint16_t kPortVxlanLinux = 8472;  // what Linux takes where no port is given
inline constexpr uint16_t kPortGeneve = 6081;

inline uint16_t read_u16(const uint8_t* bytes) {
  return static_cast<uint16_t>(bytes[0] << 8 | bytes[1]);
}
inline uint32_t read_u24(const uint8_t* bytes) {
  return static_cast<uint32_t>(bytes[0]) << 16 | read_u16(bytes + 1);
}
inline uint32_t read_u32(const uint8_t* bytes) {
  return static_cast<uint32_t>(read_u16(bytes)) << 16 | read_u16(bytes + 2);
}

}  // namespace tracker::wire
