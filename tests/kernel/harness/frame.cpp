// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/frame.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "harness/require.h"

namespace tracker::kernel_test {
namespace {

void put16(Frame& frame, unsigned value) {
  frame.push_back(static_cast<uint8_t>(value >> 8));
  frame.push_back(static_cast<uint8_t>(value));
}

void put_address(Frame& frame, const std::string& text) {
  const bool is_ipv6 = text.find(':') != std::string::npos;
  in6_addr address{};  // room for either
  require(inet_pton(is_ipv6 ? AF_INET6 : AF_INET, text.c_str(), &address) == 1, "not an address");
  const auto* bytes = reinterpret_cast<const uint8_t*>(&address);
  frame.insert(frame.end(), bytes, bytes + (is_ipv6 ? sizeof(in6_addr) : sizeof(in_addr)));
}

// RFC 1071, over the bytes from `begin` on; `sum` is what goes in beside them.
uint16_t internet_checksum(const Frame& frame, size_t begin, uint32_t sum) {
  for (size_t i = begin; i < frame.size(); ++i) {
    sum += (i - begin) % 2 == 0 ? static_cast<uint32_t>(frame[i]) << 8 : frame[i];
  }
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

void set16(Frame& frame, size_t offset, uint16_t value) {
  frame[offset] = static_cast<uint8_t>(value >> 8);
  frame[offset + 1] = static_cast<uint8_t>(value);
}

void put_ethernet(Frame& frame, const MacAddress& source, const MacAddress& dest,
                  uint16_t ethertype) {
  frame.insert(frame.end(), dest.begin(), dest.end());
  frame.insert(frame.end(), source.begin(), source.end());
  put16(frame, ethertype);
}

void put_ipv4(Frame& frame, const Flow& flow, uint8_t protocol, uint8_t ttl, unsigned payload) {
  put16(frame, 0x4500);
  put16(frame, 20 + payload);
  put16(frame, 0x1234);  // id
  put16(frame, 0);       // not a fragment
  frame.push_back(ttl);
  frame.push_back(protocol);
  put16(frame, 0);
  put_address(frame, flow.source.address);
  put_address(frame, flow.dest.address);
  set16(frame, kIpChecksum, internet_checksum(frame, kIpHeader, 0));
}

void put_ipv6(Frame& frame, const Flow& flow, uint8_t protocol, uint8_t hop_limit,
              unsigned payload) {
  put16(frame, 0x6000);
  put16(frame, 0);  // flow label
  put16(frame, payload);
  frame.push_back(protocol);
  frame.push_back(hop_limit);
  put_address(frame, flow.source.address);
  put_address(frame, flow.dest.address);
}

constexpr unsigned kUdpHeader = 8;

// The checksum is not there yet.
void put_udp(Frame& frame, const Flow& flow, uint16_t payload) {
  put16(frame, flow.source.port);
  put16(frame, flow.dest.port);
  put16(frame, kUdpHeader + payload);
  put16(frame, 0);
  frame.insert(frame.end(), payload, 'x');
}

// The sum of the pseudo header: addresses, which end the IP header, protocol, length.
uint32_t pseudo_header(const Frame& frame, uint8_t protocol, unsigned length,
                       size_t addresses = kIpHeader + 12, size_t transport = kTransport) {
  uint32_t sum = protocol + length;
  for (size_t i = addresses; i < transport; i += 2) {
    sum += static_cast<uint32_t>(frame[i]) << 8 | frame[i + 1];
  }
  return sum;
}

}  // namespace

Frame ipv4_frame(const MacAddress& source, const MacAddress& dest, const Flow& flow, uint8_t ttl,
                 uint16_t payload) {
  const bool is_tcp = flow.protocol == "TCP";
  const uint8_t protocol = is_tcp ? IPPROTO_TCP : IPPROTO_UDP;
  const unsigned length = is_tcp ? 20 : kUdpHeader + payload;
  Frame frame;
  put_ethernet(frame, source, dest, 0x0800);
  put_ipv4(frame, flow, protocol, ttl, length);
  if (is_tcp) {
    put16(frame, flow.source.port);
    put16(frame, flow.dest.port);
    for (const unsigned word : {0x1000U, 0x0001U, 0U, 0U, 0x5002U, 0xfaf0U, 0U, 0U}) {
      put16(frame, word);  // seq, ack, data offset and SYN, window, checksum, urgent
    }
  } else {
    put_udp(frame, flow, payload);
  }
  const uint32_t pseudo = pseudo_header(frame, protocol, length);
  set16(frame, is_tcp ? kTcpChecksum : kUdpChecksum, internet_checksum(frame, kTransport, pseudo));
  return frame;
}

Frame ipv6_frame(const MacAddress& source, const MacAddress& dest, const Flow& flow,
                 uint8_t hop_limit, uint16_t payload) {
  const unsigned length = kUdpHeader + payload;
  Frame frame;
  put_ethernet(frame, source, dest, 0x86dd);
  put_ipv6(frame, flow, IPPROTO_UDP, hop_limit, length);
  put_udp(frame, flow, payload);
  const uint32_t pseudo = pseudo_header(frame, IPPROTO_UDP, length, kIpHeader + 8, kIpv6Transport);
  set16(frame, kIpv6UdpChecksum, internet_checksum(frame, kIpv6Transport, pseudo));
  return frame;
}

Frame ipv4_fragment(const MacAddress& source, const MacAddress& dest, const Flow& flow,
                    uint16_t offset) {
  constexpr size_t kFragment = kIpHeader + 6;
  constexpr uint16_t kMoreFragments = 0x2000;
  Frame frame;
  put_ethernet(frame, source, dest, 0x0800);
  put_ipv4(frame, flow, IPPROTO_UDP, 64, 8);
  set16(frame, kFragment, static_cast<uint16_t>(kMoreFragments | offset / 8));
  set16(frame, kIpChecksum, 0);
  set16(frame, kIpChecksum, internet_checksum(frame, kIpHeader, 0));
  if (offset == 0) {
    for (const unsigned word : {0U + flow.source.port, 0U + flow.dest.port, 1000U, 0U}) {
      put16(frame, word);  // length and no checksum
    }
  } else {
    frame.insert(frame.end(), 8, 'x');
  }
  return frame;
}

Frame neighbour_solicitation(const MacAddress& source, const MacAddress& dest, const Flow& flow,
                             uint8_t hop_limit) {
  constexpr unsigned kLength = 24;
  Frame frame;
  put_ethernet(frame, source, dest, 0x86dd);
  put_ipv6(frame, flow, IPPROTO_ICMPV6, hop_limit, kLength);
  for (const unsigned word : {135U << 8, 0U, 0U, 0U}) put16(frame, word);  // checksum, reserved
  put_address(frame, flow.dest.address);
  const uint32_t pseudo =
      pseudo_header(frame, IPPROTO_ICMPV6, kLength, kIpHeader + 8, kIpv6Transport);
  set16(frame, kIpv6Transport + 2, internet_checksum(frame, kIpv6Transport, pseudo));
  return frame;
}

Frame tcp_frame(const MacAddress& source, const MacAddress& dest, const Flow& flow,
                const TcpSegment& segment) {
  const unsigned length = 20U + segment.payload;
  Frame frame;
  put_ethernet(frame, source, dest, 0x0800);
  put_ipv4(frame, flow, IPPROTO_TCP, 64, length);
  put16(frame, flow.source.port);
  put16(frame, flow.dest.port);
  for (const uint32_t number : {segment.seq, segment.ack}) {
    put16(frame, number >> 16);
    put16(frame, number & 0xffff);
  }
  put16(frame, 0x5000U | segment.flags);
  for (const unsigned word : {0xfaf0U, 0U, 0U}) put16(frame, word);  // window, checksum, urgent
  frame.insert(frame.end(), segment.payload, 'x');
  const uint32_t pseudo = pseudo_header(frame, IPPROTO_TCP, length);
  set16(frame, kTcpChecksum, internet_checksum(frame, kTransport, pseudo));
  return frame;
}

Frame other_frame(const MacAddress& source, const MacAddress& dest, uint16_t ethertype) {
  Frame frame;
  put_ethernet(frame, source, dest, ethertype);
  frame.insert(frame.end(), 46, 'x');
  return frame;
}

void deliver(const Pair& pair, const std::vector<Frame>& frames) {
  send_frames(pair.left, pair.left_end.device, frames);
  pair.settle();
}

void deliver_copies(const Pair& pair, int count, const Frame& frame) {
  deliver(pair, std::vector<Frame>(static_cast<size_t>(count), frame));
}

void spoil(Frame& frame, size_t offset) { frame.at(offset) ^= 0x55; }

}  // namespace tracker::kernel_test
