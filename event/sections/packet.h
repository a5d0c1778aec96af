// SPDX-License-Identifier: GPL-2.0-or-later
//
// Section packet: the packet as it would be on a wire.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace tracker {

// Where PacketSection::bytes begin.
enum class LinkLayer : uint8_t {
  kNone = 0,      // at the network header (tun, or an skb without a valid MAC header)
  kEthernet = 1,  // at an Ethernet header, VLAN tags in their places
};

// Addresses and ports of the socket, for a packet that has no header yet.
struct SocketTuple {
  uint8_t family = 0;                // AF_INET or AF_INET6; 0: none
  uint8_t protocol = 0;              // IPPROTO_
  uint16_t source_port = 0;          // host byte order
  uint16_t dest_port = 0;            // host byte order
  std::array<uint8_t, 16> source{};  // network byte order; IPv4 in the first four
  std::array<uint8_t, 16> dest{};

  bool operator==(const SocketTuple&) const = default;
};

// The packet as it would be on a wire, as far as it was kept.
struct PacketSection {
  LinkLayer link = LinkLayer::kNone;
  uint16_t ethertype = 0;      // of what follows the link header(s): tells L3 where link is kNone
  uint32_t len = 0;            // the whole packet's length, counted from where bytes begin
  std::vector<uint8_t> bytes;  // what was kept, at most len
  SocketTuple socket;          // only where there are no bytes of a network header

  bool operator==(const PacketSection&) const = default;
};

}  // namespace tracker
