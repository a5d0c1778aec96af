// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/free_meaning.h"

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

// Without the compiler's suffix: "icmp_rcv" of "icmp_rcv.isra.0".
std::string_view function_of(const Event& event, const Names& names) {
  const auto symbol = names.symbols.find(event.drop.location);
  if (symbol == names.symbols.end()) return {};
  const std::string_view name = symbol->second.name;
  return name.substr(0, name.find('.'));
}

std::string_view reason_of(const Event& event, const Names& names) {
  if (!event.drop.has_reason) return {};
  const auto reason = names.reasons.find(event.drop.reason);
  return reason == names.reasons.end() ? std::string_view() : std::string_view(reason->second.name);
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

struct IcmpMessage {
  IcmpHeader header;
  uint8_t ttl = 0;
};

std::optional<IcmpMessage> icmp_of(const Event& event, uint8_t ip_version) {
  if (!event.has(Section::kPacket)) return std::nullopt;
  const Packet packet = decode_packet(event.packet);
  if (!packet.ip || packet.ip->version != ip_version || !packet.icmp) return std::nullopt;
  return IcmpMessage{*packet.icmp, packet.ip->ttl};
}

// Router and neighbour solicitations and advertisements, redirects: icmpv6_rcv() hands them to
// ndisc_rcv(), and 6.1's then frees them by kfree_skb() without a reason. Those with another hop
// limit or code ndisc_rcv() does not handle.
bool is_handled_neighbour_discovery(const Event& event) {
  constexpr uint8_t kFirst = 133, kLast = 137, kOnLink = 255;
  const auto icmp = icmp_of(event, 6);
  return icmp && icmp->header.type >= kFirst && icmp->header.type <= kLast &&
         icmp->header.code == 0 && icmp->ttl == kOnLink;
}

// ping as root reads a raw socket, which was given a clone before; then ping_rcv() finds no ping
// socket. An skb of which nobody has a copy is not marked as cloned.
bool is_copied_echo_reply(const Event& event) {
  constexpr uint8_t kReply = 0, kReply6 = 129;
  if (!event.has(Section::kSkb) || !event.skb.cloned) return false;
  if (const auto icmp = icmp_of(event, 4)) return icmp->header.type == kReply;
  const auto icmp = icmp_of(event, 6);
  return icmp && icmp->header.type == kReply6;
}

}  // namespace

FreeMeaning free_meaning(const Event& event, const Names& names) {
  if (!event.has(Section::kDrop)) return FreeMeaning::kLoss;
  const std::string_view reason = reason_of(event, names);
  if (reason == "SKB_CONSUMED") return FreeMeaning::kConsumed;
  const std::string_view function = function_of(event, names);
  if (function == "skb_release_data") return FreeMeaning::kPart;
  if (reason == "PACKET_SOCK_ERROR" || is_one_of(function, kPacketReceive) ||
      (is_queued_at(event, AF_PACKET) && !is_one_of(function, kPacketSend)))
    return FreeMeaning::kCapture;
  if (is_one_of(function, kRawReceive) || (is_raw_socket(event) && event.skb.cloned))
    return FreeMeaning::kRawCopy;
  if (function == "icmpv6_rcv" && reason == "NOT_SPECIFIED" &&
      is_handled_neighbour_discovery(event))
    return FreeMeaning::kProcessed;
  if (reason == "NO_SOCKET" && is_one_of(function, kEchoReply) && is_copied_echo_reply(event))
    return FreeMeaning::kAnswer;
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
      return "a packet socket's copy (a capture), which it did not take or read: the packet itself "
             "went on";
    case FreeMeaning::kRawCopy:
      return "a raw socket's copy, which it did not take or read: the packet itself went on";
    case FreeMeaning::kProcessed:
      return "handed to neighbour discovery, then freed";
    case FreeMeaning::kAnswer:
      return "an echo reply of which a raw socket (ping's, as root) or a capture has a copy";
  }
  return {};
}

}  // namespace tracker
