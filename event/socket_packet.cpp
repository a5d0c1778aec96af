// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/socket_packet.h"

#include <netinet/in.h>

#include <algorithm>

#include "event/header_map.h"
#include "event/wire.h"

namespace tracker {
namespace {

constexpr uint32_t kIpv4Size = 20;

void write_u16(uint8_t* bytes, uint16_t value) {
  bytes[0] = static_cast<uint8_t>(value >> 8);
  bytes[1] = static_cast<uint8_t>(value);
}

}  // namespace

bool has_ports(const SocketTuple& socket) {
  const bool may_be_raw = socket.source_port == socket.protocol && socket.dest_port == 0;
  switch (socket.protocol) {
    case wire::kTcp:
    case wire::kUdp:
    case wire::kUdpLite:
    case wire::kSctp:
    case wire::kDccp:
      return !may_be_raw && (socket.source_port != 0 || socket.dest_port != 0);
    default:
      return false;
  }
}

SocketPacket::SocketPacket(const SocketTuple& socket) {
  if (socket.family == AF_INET) {
    add_ipv4(socket);
  } else if (socket.family == AF_INET6) {
    add_ipv6(socket);
  } else {
    return;
  }
  add_transport(socket);
}

void SocketPacket::add_ipv4(const SocketTuple& socket) {
  const uint32_t total = kIpv4Size + transport_size(socket.protocol);
  bytes_[0] = 0x45;
  write_u16(&bytes_[2], static_cast<uint16_t>(total));
  bytes_[9] = socket.protocol;
  std::copy_n(socket.source.begin(), 4, &bytes_[12]);
  std::copy_n(socket.dest.begin(), 4, &bytes_[16]);
  size_ = kIpv4Size;
}

void SocketPacket::add_ipv6(const SocketTuple& socket) {
  bytes_[0] = 0x60;
  write_u16(&bytes_[4], static_cast<uint16_t>(transport_size(socket.protocol)));
  bytes_[6] = socket.protocol;
  std::copy_n(socket.source.begin(), 16, &bytes_[8]);
  std::copy_n(socket.dest.begin(), 16, &bytes_[24]);
  size_ = kIpv6Size;
}

void SocketPacket::add_transport(const SocketTuple& socket) {
  uint8_t* header = &bytes_[size_];
  size_ += transport_size(socket.protocol);
  if (socket.protocol == wire::kTcp) header[12] = 0x50;  // five words of header
  if (!has_ports(socket)) return;
  write_u16(header, socket.source_port);
  write_u16(header + 2, socket.dest_port);
}

}  // namespace tracker
