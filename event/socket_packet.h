// SPDX-License-Identifier: GPL-2.0-or-later
//
// SocketPacket: the headers that a socket's packet is about to get - an IP header and the first
// bytes of TCP, UDP or the like - made from its addresses and ports, so that a packet filter can
// look at a packet that has no header yet. Everything else in it is zero.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "event/event.h"

namespace tracker {

// Whether the ports are those of its packets. ICMP and the like have none, and of a raw socket the
// kernel keeps the protocol's number where the port is (inet_create()).
bool has_ports(const SocketTuple& socket);

class SocketPacket {
 public:
  // Empty where the tuple has no address family that is known.
  explicit SocketPacket(const SocketTuple& socket);

  uint32_t size() const { return size_; }
  std::span<const uint8_t> bytes() const { return {bytes_.data(), size_}; }

 private:
  void add_ipv4(const SocketTuple& socket);
  void add_ipv6(const SocketTuple& socket);
  void add_transport(const SocketTuple& socket);

  std::array<uint8_t, 60> bytes_{};  // IPv6 and TCP
  uint32_t size_ = 0;
};

}  // namespace tracker
