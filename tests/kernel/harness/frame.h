// SPDX-License-Identifier: GPL-2.0-or-later
//
// Frame: an Ethernet frame with right checksums, to be spoilt by the test.
#pragma once

#include <cstdint>
#include <vector>

#include "harness/topology.h"
#include "harness/traffic.h"

namespace tracker::kernel_test {

using Frame = std::vector<uint8_t>;

// Where things lie in the frames of ipv4_frame() and, the last two, of ipv6_frame().
inline constexpr size_t kIpHeader = 14;
inline constexpr size_t kIpTtl = kIpHeader + 8;
inline constexpr size_t kIpChecksum = kIpHeader + 10;
inline constexpr size_t kTransport = kIpHeader + 20;
inline constexpr size_t kUdpChecksum = kTransport + 6;
inline constexpr size_t kTcpChecksum = kTransport + 16;
inline constexpr size_t kIpv6Transport = kIpHeader + 40;
inline constexpr size_t kIpv6UdpChecksum = kIpv6Transport + 6;

// An IPv4 packet along `flow`: protocol "UDP" with so many bytes of payload, or "TCP", a SYN.
Frame ipv4_frame(const MacAddress& source, const MacAddress& dest, const Flow& flow,
                 uint8_t ttl = 64, uint16_t payload = 8);

// A UDP datagram along `flow` over IPv6.
Frame ipv6_frame(const MacAddress& source, const MacAddress& dest, const Flow& flow,
                 uint8_t hop_limit = 64, uint16_t payload = 8);

// Eight bytes, from `offset` on, of the payload of an IPv4 packet along `flow` that goes on behind
// them: at 0 the header of a UDP datagram.
Frame ipv4_fragment(const MacAddress& source, const MacAddress& dest, const Flow& flow,
                    uint16_t offset);

// ICMPv6's question for the link-layer address of the flow's destination.
Frame neighbour_solicitation(const MacAddress& source, const MacAddress& dest, const Flow& flow,
                             uint8_t hop_limit);

// A segment of a connection, so long after the handshake; the payload is 'x'.
struct TcpSegment {
  uint32_t seq = 0;
  uint32_t ack = 0;
  uint8_t flags = 0;
  uint16_t payload = 0;  // bytes
};
Frame tcp_frame(const MacAddress& source, const MacAddress& dest, const Flow& flow,
                const TcpSegment& segment);

// 46 bytes of payload behind any ethertype.
Frame other_frame(const MacAddress& source, const MacAddress& dest, uint16_t ethertype);

// Sends frames from left to right, and returns when each has been received or dropped there.
void deliver(const Pair& pair, const std::vector<Frame>& frames);
void deliver_copies(const Pair& pair, int count, const Frame& frame);

// Flips bits, so that what stands there is wrong.
void spoil(Frame& frame, size_t offset);

}  // namespace tracker::kernel_test
