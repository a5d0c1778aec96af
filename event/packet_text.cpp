// SPDX-License-Identifier: GPL-2.0-or-later
//
// The words of a packet: flow, endpoints, summary (packet.h), and TCP flags.
#include <fmt/format.h>
#include <netinet/in.h>

#include <array>
#include <utility>

#include "event/header_map.h"
#include "event/packet.h"
#include "event/protocol_name.h"
#include "event/socket_packet.h"

namespace tracker {
namespace {

constexpr uint16_t kVlanIdMask = 0x0fff;

std::string endpoint(const IpAddress& address, std::optional<uint16_t> port) {
  std::string text = address.text();
  if (!port) return text;
  if (address.family == AF_INET6) text = "[" + text + "]";
  text += ':';
  text += fmt::format_int(*port).c_str();
  return text;
}

std::string endpoints(const Packet& packet) {
  if (!packet.ip) return {};
  std::optional<uint16_t> source;
  std::optional<uint16_t> dest;
  if (packet.tcp) {
    source = packet.tcp->source_port;
    dest = packet.tcp->dest_port;
  } else if (packet.udp) {
    source = packet.udp->source_port;
    dest = packet.udp->dest_port;
  }
  return endpoint(packet.ip->source, source) + " > " + endpoint(packet.ip->dest, dest);
}

std::string arp_text(const ArpHeader& arp) {
  if (arp.operation == 1) {
    return fmt::format("ARP who-has {} tell {}", arp.target.text(), arp.sender.text());
  }
  if (arp.operation == 2) {
    return fmt::format("ARP {} is-at {}", arp.sender.text(), mac_text(arp.sender_mac));
  }
  return fmt::format("ARP {} {} > {}", arp_operation_text(arp.operation), arp.sender.text(),
                     arp.target.text());
}

// What there is above the link where it is not IP; empty where nothing is known.
std::string other_text(const Packet& packet) {
  if (packet.arp) return arp_text(*packet.arp);
  return packet.ethertype == 0 ? std::string() : ethertype_text(packet.ethertype);
}

// "TCP S", "ICMP echo request id 5 seq 1", "UDP frag id 4711 offset 1480 more".
std::string transport_text(const Packet& packet) {
  const IpHeader& ip = *packet.ip;
  std::string text = ip_protocol_text(ip.protocol);
  if (packet.tcp) text += " " + packet.tcp->flags_text();
  if (packet.icmp) {
    text += " " + icmp_text(ip.version, *packet.icmp);
    if (packet.icmp->id) text += fmt::format(" id {}", *packet.icmp->id);
    if (packet.icmp->sequence) text += fmt::format(" seq {}", *packet.icmp->sequence);
  }
  if (ip.fragment_offset != 0 || ip.more_fragments) {
    text += fmt::format(" frag id {} offset {}", ip.id, ip.fragment_offset);
    if (ip.more_fragments) text += " more";
  }
  return text;
}

std::string inner_text(const Packet& packet);

// "vxlan 5 [10.9.0.1:1 > 10.9.0.2:2 TCP S]"; empty where nothing is carried.
std::string tunnel_text(const Packet& packet) {
  if (!packet.inner || !packet.tunnel) return {};
  std::string text;
  // IPIP and GRE are named already, as the protocol.
  if (packet.tunnel->kind == TunnelKind::kGre) {
    if (packet.tunnel->id) text = fmt::format("key {:#x} ", *packet.tunnel->id);
  } else if (packet.tunnel->kind != TunnelKind::kIpip) {
    text = tunnel_kind_text(packet.tunnel->kind) + " ";
    if (packet.tunnel->id) text += fmt::format("{} ", *packet.tunnel->id);
  }
  return text + "[" + inner_text(*packet.inner) + "]";
}

std::string inner_text(const Packet& packet) {
  if (!packet.ip) return other_text(packet);
  std::string text = endpoints(packet) + " " + transport_text(packet);
  const std::string tunnel = tunnel_text(packet);
  return tunnel.empty() ? text : text + " " + tunnel;
}

std::string vlan_text(const Packet& packet) {
  if (!packet.ethernet || packet.ethernet->vlans.empty()) return {};
  std::string text = " vlan ";
  for (size_t i = 0; i < packet.ethernet->vlans.size(); ++i) {
    if (i != 0) text += ".";
    text += fmt::format("{}", packet.ethernet->vlans[i] & kVlanIdMask);
  }
  return text;
}

// With the IP header, of both versions: what JSON's `ip.len` and the link's MTU count.
uint32_t ip_len(const Packet& packet, const PacketSection& section) {
  const uint32_t nothing_said = packet.ip->version == 6 ? kIpv6Size : 0;
  if (packet.ip->len > nothing_said) return packet.ip->len;
  return network_length(section);  // of a GSO packet or a jumbogram
}

bool has_only_socket(const Packet& packet, const PacketSection& section) {
  return !packet.ip && !packet.arp && section.socket.family != 0;
}

std::string socket_endpoints(const SocketTuple& socket) {
  const auto port = [&](uint16_t value) {
    return has_ports(socket) ? std::optional<uint16_t>(value) : std::nullopt;
  };
  return endpoint(IpAddress{socket.family, socket.source}, port(socket.source_port)) + " > " +
         endpoint(IpAddress{socket.family, socket.dest}, port(socket.dest_port));
}

}  // namespace

std::string TcpHeader::flags_text() const {
  static constexpr std::array<std::pair<uint8_t, char>, 8> kFlags{{
      {0x01, 'F'},
      {0x02, 'S'},
      {0x04, 'R'},
      {0x08, 'P'},
      {0x10, '.'},
      {0x20, 'U'},
      {0x40, 'E'},
      {0x80, 'W'},
  }};
  std::string text;
  for (const auto& [bit, letter] : kFlags) {
    if ((flags & bit) != 0) text += letter;
  }
  return text.empty() ? "none" : text;
}

std::string flow_text(const PacketSection& section) {
  const Packet packet = decode_packet(section);
  if (has_only_socket(packet, section)) {
    return ip_protocol_text(section.socket.protocol) + " " + socket_endpoints(section.socket);
  }
  if (!packet.ip) return other_text(packet);
  std::string text = ip_protocol_text(packet.ip->protocol) + " " + endpoints(packet);
  if (packet.icmp) text += " " + icmp_text(packet.ip->version, *packet.icmp);
  return text;
}

std::string tcp_flags_text(const PacketSection& section) {
  const Packet packet = decode_packet(section);
  return packet.tcp ? packet.tcp->flags_text() : std::string();
}

std::string endpoints_text(const Packet& packet, const PacketSection& section) {
  if (has_only_socket(packet, section)) return socket_endpoints(section.socket);
  return endpoints(packet);
}

std::string endpoints_text(const PacketSection& section) {
  return endpoints_text(decode_packet(section), section);
}

std::string summary_text(const PacketSection& section) {
  return summary_text(decode_packet(section), section);
}

std::string summary_text(const Packet& packet, const PacketSection& section) {
  if (has_only_socket(packet, section)) {
    return ip_protocol_text(section.socket.protocol) + "  no header yet";
  }
  if (!packet.ip) {
    const std::string text = other_text(packet);
    if (text.empty()) return {};
    return fmt::format("{}  len {}{}", text, network_length(section), vlan_text(packet));
  }
  std::string text = fmt::format("{}  len {} ttl {}{}", transport_text(packet),
                                 ip_len(packet, section), packet.ip->ttl, vlan_text(packet));
  const std::string tunnel = tunnel_text(packet);
  return tunnel.empty() ? text : text + "  " + tunnel;
}

}  // namespace tracker
