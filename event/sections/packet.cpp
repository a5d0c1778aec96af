// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/packet.h"

#include "event/kernel_name.h"
#include "event/number_text.h"
#include "event/protocol_name.h"
#include "event/sections/render.h"
#include "event/socket_packet.h"

namespace tracker {
namespace {

void write_vlans(JsonWriter& json, const std::vector<uint16_t>& vlans) {
  const auto place = json.begin_known_array("vlan");
  for (const uint16_t tci : vlans) {
    json.begin_object();
    json.member("id", tci & 0xfff);
    json.member("priority", tci >> 13);
    json.end_object();
  }
  json.end_known(place);
}

void write_link(JsonWriter& json, const EthernetHeader& ethernet) {
  json.key("link");
  json.begin_object();
  json.member_plain("src", mac_text(ethernet.source));
  json.member_plain("dst", mac_text(ethernet.dest));
  json.member_plain("ethertype", hex_text(ethernet.ethertype));
  write_vlans(json, ethernet.vlans);
  json.end_object();
}

void write_ip(JsonWriter& json, const IpHeader& ip) {
  json.key("ip");
  json.begin_object();
  json.member("version", ip.version);
  json.member_plain("src", ip.source.text());
  json.member_plain("dst", ip.dest.text());
  json.member("proto", ip.protocol);
  json.member("ttl", ip.ttl);
  json.member("tos", ip.tos);
  const bool is_fragment = ip.more_fragments || ip.fragment_offset != 0;
  if (ip.version == 4 || is_fragment || ip.id != 0) json.member("id", ip.id);
  json.member("len", ip.len);
  if (ip.version == 4) json.member("dont_fragment", ip.dont_fragment);
  if (is_fragment) {
    json.key("fragment");
    json.begin_object();
    json.member("offset", ip.fragment_offset);
    json.member("more", ip.more_fragments);
    json.end_object();
  }
  if (ip.version == 6) json.member("flow_label", ip.flow_label);
  json.end_object();
}

void write_tcp(JsonWriter& json, const TcpHeader& tcp) {
  json.key("tcp");
  json.begin_object();
  json.member("sport", tcp.source_port);
  json.member("dport", tcp.dest_port);
  json.member_plain("flags", tcp.flags_text());
  json.member("seq", tcp.seq);
  json.member("ack", tcp.ack);
  json.member("window", tcp.window);
  json.member("checksum", tcp.checksum);
  json.end_object();
}

void write_udp(JsonWriter& json, const UdpHeader& udp) {
  json.key("udp");
  json.begin_object();
  json.member("sport", udp.source_port);
  json.member("dport", udp.dest_port);
  json.member("len", udp.len);
  json.member("checksum", udp.checksum);
  json.end_object();
}

void write_icmp(JsonWriter& json, uint8_t ip_version, const IcmpHeader& icmp) {
  json.key("icmp");
  json.begin_object();
  json.member("type", icmp.type);
  json.member("code", icmp.code);
  json.member_plain("name", icmp_text(ip_version, icmp));
  if (icmp.id) json.member("id", *icmp.id);
  if (icmp.sequence) json.member("seq", *icmp.sequence);
  json.end_object();
}

void write_arp(JsonWriter& json, const ArpHeader& arp) {
  json.key("arp");
  json.begin_object();
  json.member("operation", arp.operation);
  json.member_plain("name", arp_operation_text(arp.operation));
  json.member_plain("sender", arp.sender.text());
  json.member_plain("sender_mac", mac_text(arp.sender_mac));
  json.member_plain("target", arp.target.text());
  json.member_plain("target_mac", mac_text(arp.target_mac));
  json.end_object();
}

void write_tunnel(JsonWriter& json, const TunnelHeader& tunnel) {
  json.key("tunnel");
  json.begin_object();
  json.member_plain("kind", tunnel_kind_text(tunnel.kind));
  if (tunnel.id) json.member("id", *tunnel.id);
  json.end_object();
}

// The headers of one packet, and of what it carries. Tunnels are bounded by decode_packet().
void write_headers(JsonWriter& json, const Packet& packet) {
  if (packet.ethernet) write_link(json, *packet.ethernet);
  if (packet.ip) write_ip(json, *packet.ip);
  if (packet.tcp) write_tcp(json, *packet.tcp);
  if (packet.udp) write_udp(json, *packet.udp);
  if (packet.icmp) write_icmp(json, packet.ip->version, *packet.icmp);
  if (packet.arp) write_arp(json, *packet.arp);
  if (packet.tunnel) write_tunnel(json, *packet.tunnel);
  if (!packet.inner) return;
  json.key("inner");
  json.begin_object();
  write_headers(json, *packet.inner);
  json.end_object();
}

void write_socket(JsonWriter& json, const SocketTuple& socket) {
  json.key("socket");
  json.begin_object();
  json.member("proto", socket.protocol);
  json.known_words("src", IpAddress{socket.family, socket.source}.text());
  json.known_words("dst", IpAddress{socket.family, socket.dest}.text());
  json.known_number("sport", has_ports(socket) ? socket.source_port : 0);
  json.known_number("dport", has_ports(socket) ? socket.dest_port : 0);
  json.end_object();
}

}  // namespace

void write_packet_json(JsonWriter& json, const Event& event, const Names& /*names*/) {
  const PacketSection& section = event.packet;
  const Packet packet = decode_packet(section);
  const auto place = json.begin_known_object("packet");
  write_headers(json, packet);
  if (!packet.ip && !packet.arp && section.socket.family != 0) write_socket(json, section.socket);
  // as in the second line of text: addresses, then what follows them
  std::string summary = endpoints_text(packet, section);
  const std::string rest = summary_text(packet, section);
  if (!summary.empty() && !rest.empty()) summary += "  ";
  summary += rest;
  if (!summary.empty()) json.member_plain("summary", summary);
  json.known_number("len", section.len);
  if (!section.bytes.empty()) json.member_hex("bytes", section.bytes);
  json.end_known(place);
}

void add_packet_text(EventText& text, const Event& event, const Names& /*names*/) {
  const Packet packet = decode_packet(event.packet);
  text.endpoints = endpoints_text(packet, event.packet);
  text.summary = summary_text(packet, event.packet);
}

}  // namespace tracker
