// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/render_json_packet.h"

#include <fmt/format.h>

#include <span>
#include <string>

#include "event/kernel_name.h"
#include "event/protocol_name.h"

namespace tracker {
namespace {

using Json = nlohmann::ordered_json;

Json link_json(const EthernetHeader& ethernet) {
  Json link{{"src", mac_text(ethernet.source)},
            {"dst", mac_text(ethernet.dest)},
            {"ethertype", fmt::format("{:#06x}", ethernet.ethertype)}};
  for (const uint16_t tci : ethernet.vlans) {
    link["vlan"].push_back(Json{{"id", tci & 0xfff}, {"priority", tci >> 13}});
  }
  return link;
}

Json ip_json(const IpHeader& ip) {
  Json json{{"version", ip.version}, {"src", ip.source.text()}, {"dst", ip.dest.text()},
            {"proto", ip.protocol},  {"ttl", ip.ttl},           {"tos", ip.tos}};
  const bool is_fragment = ip.more_fragments || ip.fragment_offset != 0;
  if (ip.version == 4 || is_fragment || ip.id != 0) json["id"] = ip.id;
  json["len"] = ip.len;
  if (ip.version == 4) json["dont_fragment"] = ip.dont_fragment;
  if (is_fragment) {
    json["fragment"] = Json{{"offset", ip.fragment_offset}, {"more", ip.more_fragments}};
  }
  if (ip.version == 6) json["flow_label"] = ip.flow_label;
  return json;
}

Json tcp_json(const TcpHeader& tcp) {
  return Json{{"sport", tcp.source_port}, {"dport", tcp.dest_port}, {"flags", tcp.flags_text()},
              {"seq", tcp.seq},           {"ack", tcp.ack},         {"window", tcp.window},
              {"checksum", tcp.checksum}};
}

Json udp_json(const UdpHeader& udp) {
  return Json{{"sport", udp.source_port},
              {"dport", udp.dest_port},
              {"len", udp.len},
              {"checksum", udp.checksum}};
}

Json icmp_json(uint8_t ip_version, const IcmpHeader& icmp) {
  Json json{{"type", icmp.type}, {"code", icmp.code}, {"name", icmp_text(ip_version, icmp)}};
  if (icmp.id) json["id"] = *icmp.id;
  if (icmp.sequence) json["seq"] = *icmp.sequence;
  return json;
}

Json arp_json(const ArpHeader& arp) {
  return Json{{"operation", arp.operation},  {"name", arp_operation_text(arp.operation)},
              {"sender", arp.sender.text()}, {"sender_mac", mac_text(arp.sender_mac)},
              {"target", arp.target.text()}, {"target_mac", mac_text(arp.target_mac)}};
}

// The headers of one packet, and of what it carries. Tunnels are bounded by decode_packet().
Json headers_json(const Packet& packet) {
  Json json = Json::object();
  if (packet.ethernet) json["link"] = link_json(*packet.ethernet);
  if (packet.ip) json["ip"] = ip_json(*packet.ip);
  if (packet.tcp) json["tcp"] = tcp_json(*packet.tcp);
  if (packet.udp) json["udp"] = udp_json(*packet.udp);
  if (packet.icmp) json["icmp"] = icmp_json(packet.ip->version, *packet.icmp);
  if (packet.arp) json["arp"] = arp_json(*packet.arp);
  if (packet.tunnel) {
    json["tunnel"] = Json{{"kind", tunnel_kind_text(packet.tunnel->kind)}};
    if (packet.tunnel->id) json["tunnel"]["id"] = *packet.tunnel->id;
  }
  if (packet.inner) json["inner"] = headers_json(*packet.inner);
  return json;
}

Json socket_json(const SocketTuple& socket) {
  Json json{{"proto", socket.protocol}};
  const std::string source = IpAddress{socket.family, socket.source}.text();
  const std::string dest = IpAddress{socket.family, socket.dest}.text();
  if (!source.empty()) json["src"] = source;
  if (!dest.empty()) json["dst"] = dest;
  if (socket.source_port != 0) json["sport"] = socket.source_port;
  if (socket.dest_port != 0) json["dport"] = socket.dest_port;
  return json;
}

std::string hex_text(std::span<const uint8_t> bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 0xf];
  }
  return text;
}

// As in the second line of text: addresses, then what follows them.
std::string summary_line(const PacketSection& section) {
  const std::string endpoints = endpoints_text(section);
  const std::string summary = summary_text(section);
  return endpoints.empty() || summary.empty() ? endpoints + summary : endpoints + "  " + summary;
}

}  // namespace

Json render_packet_json(const PacketSection& section) {
  const Packet packet = decode_packet(section);
  Json json = headers_json(packet);
  if (!packet.ip && !packet.arp && section.socket.family != 0) {
    json["socket"] = socket_json(section.socket);
  }
  const std::string summary = summary_line(section);
  if (!summary.empty()) json["summary"] = summary;
  if (section.len != 0) json["len"] = section.len;
  if (!section.bytes.empty()) json["bytes"] = hex_text(section.bytes);
  return json;
}

}  // namespace tracker
