// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/free_meaning.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

#include "event/packet.h"

namespace tracker {
namespace {

// Where af_packet frees what came in: packet_rcv(), tpacket_rcv(), packet_rcv_spkt(). What it
// cannot send it frees in packet_snd() and its like.
constexpr std::array<std::string_view, 3> kPacketReceive{"packet_rcv", "packet_rcv_spkt",
                                                         "tpacket_rcv"};
constexpr std::array<std::string_view, 4> kPacketSend{"packet_snd", "packet_sendmsg",
                                                      "packet_sendmsg_spkt", "tpacket_snd"};
// raw_v4_input() and ipv6_raw_deliver() give each raw socket a clone.
constexpr std::array<std::string_view, 4> kRawReceive{"raw_rcv", "raw_rcv_skb", "rawv6_rcv",
                                                      "rawv6_rcv_skb"};
constexpr std::array<std::string_view, 3> kEchoReply{"icmp_rcv", "icmpv6_rcv", "ping_rcv"};

template <size_t kSize>
bool is_one_of(std::string_view function, const std::array<std::string_view, kSize>& functions) {
  return std::ranges::find(functions, function) != functions.end();
}

// In the receive queue of a socket of that family an skb has the socket and no device any more
// (packet_rcv(), __sock_queue_rcv_skb()); what the socket sends has one.
bool is_queued_at(const Event& event, int family) {
  return event.has(Section::kSock) && event.sock.family == family && !event.has(Section::kDev);
}

bool is_raw_socket(const Event& event) {
  return event.has(Section::kSock) && event.sock.type == SOCK_RAW &&
         (is_queued_at(event, AF_INET) || is_queued_at(event, AF_INET6));
}

std::optional<IcmpHeader> icmp_of(const Event& event, uint8_t ip_version) {
  if (!event.has(Section::kPacket)) return std::nullopt;
  const Packet packet = decode_packet(event.packet);
  if (!packet.ip || packet.ip->version != ip_version) return std::nullopt;
  return packet.icmp;
}

// Router and neighbour solicitations and advertisements, redirects: icmpv6_rcv() hands them to
// ndisc_rcv(), which up to 6.17 gives no reason where it had nothing against them. It refuses those
// that a router forwarded or that have a code; 6.1 gives no reason for that either.
bool is_taken_neighbour_discovery(const Packet& packet) {
  constexpr uint8_t kFirst = 133, kLast = 137, kFromThisLink = 255;
  const IcmpHeader& icmp = *packet.icmp;
  return icmp.type >= kFirst && icmp.type <= kLast && icmp.code == 0 &&
         packet.ip->ttl == kFromThisLink;
}

// 6.1's icmpv6_rcv() ends in kfree_skb() without a reason whatever became of the message: echo
// requests that it answered, errors that it passed on. 6.12's says SKB_CONSUMED for these, a reason
// that 6.1 does not have.
bool is_message_of_old_icmpv6(const Packet& packet, const Names& names) {
  constexpr uint8_t kFirstError = 1, kLastError = 4, kEchoRequest = 128;
  const uint8_t type = packet.icmp->type;
  if (type != kEchoRequest && (type < kFirstError || type > kLastError)) return false;
  return std::ranges::none_of(
      names.reasons, [](const auto& reason) { return reason.second.name == "SKB_CONSUMED"; });
}

// Multicast listener reports and done messages are for routers: icmpv6_rcv() has nothing to do.
bool is_for_multicast_routers(const IcmpHeader& icmp) {
  constexpr uint8_t kReport = 131, kDone = 132, kReport2 = 143;
  return icmp.type == kReport || icmp.type == kDone || icmp.type == kReport2;
}

FreeMeaning meaning_at_icmpv6(const Event& event, const Names& names) {
  if (!event.has(Section::kPacket)) return FreeMeaning::kLoss;
  const Packet packet = decode_packet(event.packet);
  if (!packet.ip || packet.ip->version != 6 || !packet.icmp) return FreeMeaning::kLoss;
  if (is_taken_neighbour_discovery(packet)) return FreeMeaning::kProcessed;
  if (is_message_of_old_icmpv6(packet, names)) return FreeMeaning::kOldIcmpv6;
  return is_for_multicast_routers(*packet.icmp) ? FreeMeaning::kForOthers : FreeMeaning::kLoss;
}

// ip6_mc_input(): neighbour discovery and listener reports to a group of this link that others have
// joined, as the solicited-node groups of neighbours that a bridge or hub brings along.
bool is_for_others_on_the_link(const Event& event) {
  constexpr uint8_t kMulticast = 0xff, kScope = 0x0f, kLinkLocal = 2;
  constexpr uint8_t kRouterSolicitation = 133, kNeighbourSolicitation = 135;
  if (!event.has(Section::kPacket)) return false;
  const Packet packet = decode_packet(event.packet);
  if (!packet.ip || packet.ip->version != 6 || !packet.icmp) return false;
  const auto& dest = packet.ip->dest.bytes;
  if (dest[0] != kMulticast || (dest[1] & kScope) != kLinkLocal) return false;
  const uint8_t type = packet.icmp->type;
  return type == kRouterSolicitation || type == kNeighbourSolicitation ||
         is_for_multicast_routers(*packet.icmp);
}

// The kernel itself takes these protocols, whatever raw sockets do. Of others, as OSPF or VRRP, the
// raw socket's copy is all that anybody has: a daemon's packet is lost with it. So is what is not
// known.
bool is_taken_without_raw_sockets(const Event& event) {
  constexpr std::array<uint8_t, 5> kProtocols{IPPROTO_ICMP, IPPROTO_TCP, IPPROTO_UDP,
                                              IPPROTO_ICMPV6, IPPROTO_UDPLITE};
  if (!event.has(Section::kPacket)) return false;
  const Packet packet = decode_packet(event.packet);
  return packet.ip && std::ranges::find(kProtocols, packet.ip->protocol) != kProtocols.end();
}

// A frame that only one packet socket was given is not marked as cloned: what a daemon for LLDP or
// the like does not take, nobody has.
bool has_other_copies(const Event& event) { return event.has(Section::kSkb) && event.skb.cloned; }

bool is_at_packet_socket(const Event& event, std::string_view function, std::string_view reason) {
  if (reason == "PACKET_SOCK_ERROR" || is_one_of(function, kPacketReceive)) return true;
  return is_queued_at(event, AF_PACKET) && !is_one_of(function, kPacketSend);
}

bool is_at_raw_socket(const Event& event, std::string_view function) {
  return is_one_of(function, kRawReceive) || (is_raw_socket(event) && event.skb.cloned);
}

// ping as root reads a raw socket, which was given a clone before; then ping_rcv() finds no ping
// socket. An skb of which nobody has a copy is not marked as cloned.
bool is_copied_echo_reply(const Event& event) {
  constexpr uint8_t kReply = 0, kReply6 = 129;
  if (!event.has(Section::kSkb) || !event.skb.cloned) return false;
  if (const auto icmp = icmp_of(event, 4)) return icmp->type == kReply;
  const auto icmp = icmp_of(event, 6);
  return icmp && icmp->type == kReply6;
}

}  // namespace

FreeMeaning free_meaning(const Event& event, const Names& names) {
  if (!event.has(Section::kDrop)) return FreeMeaning::kLoss;
  const std::string_view reason =
      event.drop.has_reason ? names.reason_name(event.drop.reason) : std::string_view();
  if (reason == "SKB_CONSUMED") return FreeMeaning::kConsumed;
  const std::string_view function = names.function_at(event.drop.location);
  if (function == "skb_release_data") return FreeMeaning::kPart;
  if (is_at_packet_socket(event, function, reason))
    return has_other_copies(event) ? FreeMeaning::kCapture : FreeMeaning::kLoss;
  if (is_at_raw_socket(event, function))
    return is_taken_without_raw_sockets(event) ? FreeMeaning::kRawCopy : FreeMeaning::kLoss;
  if (reason == "NO_SOCKET" && is_one_of(function, kEchoReply) && is_copied_echo_reply(event))
    return FreeMeaning::kAnswer;
  if (reason == "IPV6_NDISC_NS_OTHERHOST") return FreeMeaning::kForOthers;
  if (reason != "NOT_SPECIFIED") return FreeMeaning::kLoss;
  if (function == "icmpv6_rcv") return meaning_at_icmpv6(event, names);
  if (function == "ip6_mc_input" && is_for_others_on_the_link(event))
    return FreeMeaning::kForOthers;
  return FreeMeaning::kLoss;
}

std::string_view free_meaning_text(FreeMeaning meaning) {
  switch (meaning) {
    case FreeMeaning::kLoss:
    case FreeMeaning::kConsumed:
      return {};
    case FreeMeaning::kPart:
      return "a part of a packet, freed with the whole";
    case FreeMeaning::kCapture:
      return "a packet socket's copy (a capture), which it did not take or read: others have "
             "theirs";
    case FreeMeaning::kRawCopy:
      return "a raw socket's copy, which it did not take or read: the kernel has its own";
    case FreeMeaning::kProcessed:
      return "handed to neighbour discovery, then freed";
    case FreeMeaning::kOldIcmpv6:
      return "an ICMPv6 message, which this kernel frees so whether it used it or not";
    case FreeMeaning::kForOthers:
      return "meant for others on the link: this host has nothing to do with it";
    case FreeMeaning::kAnswer:
      return "an echo reply of which a raw socket (ping's, as root) or a capture has a copy";
  }
  return {};
}

}  // namespace tracker
