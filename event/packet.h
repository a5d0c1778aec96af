// SPDX-License-Identifier: GPL-2.0-or-later
//
// Packet: the headers of a packet, decoded from the bytes that were kept.
//
// Bytes are hostile: every read is bounded; what is cut off or wrong is absent.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "event/event.h"

namespace tracker {

struct IpAddress {
  uint8_t family = 0;  // AF_INET or AF_INET6
  std::array<uint8_t, 16> bytes{};

  std::string text() const;  // "10.1.0.1", "fe80::1", as inet_ntop has it; empty for family 0
  auto operator<=>(const IpAddress&) const = default;
};

struct EthernetHeader {
  std::array<uint8_t, 6> source{}, dest{};
  uint16_t ethertype = 0;       // after all VLAN tags
  std::vector<uint16_t> vlans;  // TCIs, outermost first

  bool operator==(const EthernetHeader&) const = default;
};

struct IpHeader {
  uint8_t version = 4;
  IpAddress source, dest;
  uint8_t protocol = 0;  // the transport's, after IPv6 extension headers
  uint8_t ttl = 0;       // or hop limit
  uint8_t tos = 0;       // or traffic class
  uint32_t id = 0;       // of the datagram: 16 bits in IPv4, 32 in an IPv6 fragment header, else 0
  uint32_t len = 0;      // total length by the header (IPv6: payload length + 40)
  uint16_t fragment_offset = 0;  // in bytes
  bool more_fragments = false;
  bool dont_fragment = false;
  uint32_t flow_label = 0;  // IPv6

  bool operator==(const IpHeader&) const = default;
};

struct TcpHeader {
  uint16_t source_port = 0, dest_port = 0;
  uint32_t seq = 0, ack = 0;
  uint8_t flags = 0;  // FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128
  uint16_t window = 0;
  uint16_t checksum = 0;

  // As tcpdump writes them: "S", "S.", "P.", "R", "." ; "none" without any.
  std::string flags_text() const;
  bool operator==(const TcpHeader&) const = default;
};

struct UdpHeader {
  uint16_t source_port = 0, dest_port = 0;
  uint16_t len = 0;
  uint16_t checksum = 0;

  bool operator==(const UdpHeader&) const = default;
};

struct IcmpHeader {  // also ICMPv6
  uint8_t type = 0, code = 0;
  std::optional<uint16_t> id, sequence;  // echo request and reply

  bool operator==(const IcmpHeader&) const = default;
};

struct ArpHeader {
  uint16_t operation = 0;  // 1 request, 2 reply
  IpAddress sender, target;
  std::array<uint8_t, 6> sender_mac{}, target_mac{};

  bool operator==(const ArpHeader&) const = default;
};

enum class TunnelKind : uint8_t { kIpip, kGre, kVxlan, kGeneve };  // kIpip: IP in IP, any versions

struct TunnelHeader {
  TunnelKind kind = TunnelKind::kIpip;
  std::optional<uint32_t> id;  // VNI of VXLAN and Geneve, key of GRE

  bool operator==(const TunnelHeader&) const = default;
};

struct Packet {
  std::optional<EthernetHeader> ethernet;
  std::optional<IpHeader> ip;
  std::optional<TcpHeader> tcp;
  std::optional<UdpHeader> udp;
  std::optional<IcmpHeader> icmp;
  std::optional<ArpHeader> arp;
  std::optional<TunnelHeader> tunnel;  // there exactly where `inner` is
  std::shared_ptr<Packet> inner;       // what a tunnel (IPIP, GRE, VXLAN, Geneve) carries; or null
  uint16_t ethertype = 0;              // 0: unknown
  // Bytes from the start through the transport header of the innermost packet, at most what was
  // kept: what a recording keeps by default. 0 in `inner`.
  uint32_t header_bytes = 0;
};

// Decodes what there is. Never fails: absent parts stay absent.
Packet decode_packet(const PacketSection& section);

// Length of the headers only (Packet::header_bytes), without building a Packet: the collector
// calls this for every event to cut the bytes that need not be kept.
uint32_t header_length(const PacketSection& section);

// Bytes of the packet from its network header on: of an IP packet those that its length field
// claims, at most what is there (the padding of an Ethernet frame is not the packet's), of others
// those after link header and VLAN tags. The same whether the kernel had put the link header in
// front yet or not. 0: unknown, as before there is a network header.
uint32_t network_length(const PacketSection& section);

// The text of a flow: "UDP 10.1.0.1:40000 > 10.1.0.2:9", "ICMP 10.0.0.1 > 10.0.0.2 echo request",
// "ARP who-has 10.0.0.2 tell 10.0.0.1", "ethertype 0x88b5". Addresses and ports as ss writes them:
// "10.1.0.1:80", "[::1]:80". From the socket's addresses where there is no header yet; empty where
// nothing is known.
std::string flow_text(const PacketSection& section);
// "S.": TcpHeader::flags_text(); empty where there is no TCP header.
std::string tcp_flags_text(const PacketSection& section);

// The addresses (and ports) alone, as an event's second line begins: "10.1.0.1:40000 > 10.1.0.2:9".
// Empty where there are none (ARP, other ethertypes, nothing known).
std::string endpoints_text(const PacketSection& section);
// The same for who has decoded the section.
std::string endpoints_text(const Packet& packet, const PacketSection& section);

// What follows the addresses in an event's second line: "TCP S  len 40 ttl 64". `len` is what the
// IP header's own length field says, as tcpdump shows it: the whole IPv4 packet, what follows the
// header in IPv6. What a tunnel carries comes last: "vxlan 5 [10.9.0.1:1 > 10.9.0.2:2 TCP S]".
std::string summary_text(const PacketSection& section);
std::string summary_text(const Packet& packet, const PacketSection& section);

// "52:54:00:12:34:56"
std::string mac_text(const std::array<uint8_t, 6>& address);

}  // namespace tracker
