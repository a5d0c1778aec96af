// SPDX-License-Identifier: GPL-2.0-or-later
#include "postprocess/drop_explanation.h"

#include <linux/if_ether.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

#include "event/packet.h"
#include "postprocess/reason_text.h"

namespace tracker {
namespace {

// What an explanation is chosen by.
struct Drop {
  const Event& event;
  std::string_view function;
  bool had_vlan_tag;
};

constexpr uint16_t kVlanId = 0x0fff;

template <size_t kSize>
bool is_one_of(std::string_view function, const std::array<std::string_view, kSize>& functions) {
  return std::ranges::find(functions, function) != functions.end();
}

Packet packet_of(const Event& event) {
  return event.has(Section::kPacket) ? decode_packet(event.packet) : Packet{};
}

// tcp_v4_rcv() and tcp_v6_rcv(): what looks for a listening socket is a SYN alone.
std::string_view no_socket(const Drop& drop) {
  constexpr std::array<std::string_view, 2> kPlaces{"tcp_v4_rcv", "tcp_v6_rcv"};
  constexpr uint8_t kSyn = 2, kRst = 4, kAck = 16;
  if (!is_one_of(drop.function, kPlaces)) return {};
  const Packet packet = packet_of(drop.event);
  if (!packet.tcp) return {};
  const uint8_t flags = packet.tcp->flags;
  if ((flags & kRst) != 0) return "a reset for a connection that is not here (any more)";
  if ((flags & kSyn) == 0)
    return "no connection here (in this VRF) fits it: closed meanwhile, or never made";
  if ((flags & kAck) != 0) return "no socket here (in this VRF) waits for this answer to a SYN";
  return "nothing listens there, or only on another address, device or VRF";
}

// tcp_try_rmem_schedule() compares sk_rmem_alloc with sk_rcvbuf, and asks for the protocol's memory
// where the socket has room. tcp_prune_queue() has done what it could by then.
std::string_view protocol_memory(const Drop& drop) {
  constexpr std::array<std::string_view, 6> kTcp{"tcp_data_queue",      "tcp_data_queue_ofo",
                                                 "tcp_rcv_established", "tcp_v4_do_rcv",
                                                 "tcp_v6_do_rcv",       "tcp_rcv_state_process"};
  const Event& event = drop.event;
  if (!is_one_of(drop.function, kTcp) || !event.has(Section::kSock) || !event.sock.has_buffers)
    return {};
  if (event.sock.rmem_alloc > event.sock.rcvbuf)
    return "this socket's receive buffer is full: the program does not read fast enough";
  return {};
}

std::string_view other_host(const Drop& drop) {
  if (drop.had_vlan_tag) return "this host has no device for its VLAN on the device it came in by";
  return {};
}

// IPv4 and ARP are always taken, IPv6 where it is not switched off with ipv6.disable.
std::string_view unhandled_protocol(const Drop& drop) {
  if (drop.function != "__netif_receive_skb_core") return {};
  const Event& event = drop.event;
  uint16_t ethertype = event.has(Section::kSkb) ? event.skb.protocol : 0;
  if (ethertype == 0) ethertype = packet_of(event).ethertype;
  switch (ethertype) {
    case 0:
      return {};
    case ETH_P_IP:
    case ETH_P_ARP:
      return "its device takes no packets of its own, as an inactive port of a bond; seldom, "
             "memory "
             "is short";
    case ETH_P_IPV6:
      return "its device takes no packets of its own, as an inactive port of a bond, or IPv6 is "
             "off in the whole kernel (ipv6.disable)";
    default:
      return "nothing here takes its ethertype";
  }
}

// 6.12 and newer give the socket, a mini socket in TIME_WAIT.
std::string_view unspecified(const Drop& drop) {
  constexpr std::array<std::string_view, 2> kTcp{"tcp_v4_rcv", "tcp_v6_rcv"};
  constexpr uint8_t kTimeWait = 6;
  const Event& event = drop.event;
  if (is_one_of(drop.function, kTcp)) {
    if (event.has(Section::kSock) && event.sock.state == kTimeWait)
      return "for a connection in TIME_WAIT: answered if need be";
    return {};
  }
  if (drop.function != "ip_rcv_finish_core") return {};
  const Packet packet = packet_of(event);
  if (!packet.ip || packet.ip->version != 4) return {};
  constexpr uint8_t kMulticast = 0xe0;
  if ((packet.ip->dest.bytes[0] & 0xf0) == kMulticast)
    return "nothing has joined its multicast group on that device (no fault by itself), or its "
           "source address may not come in";
  return {};
}

struct Chooser {
  std::string_view reason;
  std::string_view (*choose)(const Drop&);
};
constexpr std::array kChoosers{
    Chooser{"NO_SOCKET", no_socket},       Chooser{"PROTO_MEM", protocol_memory},
    Chooser{"OTHERHOST", other_host},      Chooser{"UNHANDLED_PROTO", unhandled_protocol},
    Chooser{"NOT_SPECIFIED", unspecified},
};

}  // namespace

std::string_view drop_explanation(const Event& event, const Names& names, bool had_vlan_tag) {
  if (!event.has(Section::kDrop) || !event.drop.has_reason) return {};
  const std::string_view reason = names.reason_name(event.drop.reason);
  const std::string_view function = names.function_at(event.drop.location);
  for (const Chooser& chooser : kChoosers) {
    if (chooser.reason != reason) continue;
    const std::string_view text = chooser.choose({event, function, had_vlan_tag});
    if (!text.empty()) return text;
  }
  return reason_explanation(reason, function);
}

bool has_vlan_tag(const Event& event) {
  if (event.has(Section::kSkb) && event.skb.vlan_proto != 0)
    return (event.skb.vlan_tci & kVlanId) != 0;
  if (!event.has(Section::kPacket) || event.packet.link != LinkLayer::kEthernet) return false;
  constexpr size_t kEthertype = 12, kTci = 14;
  const auto& bytes = event.packet.bytes;
  if (bytes.size() < kTci + 2) return false;
  const auto at = [&](size_t place) {
    return static_cast<uint16_t>(bytes[place] << 8 | bytes[place + 1]);
  };
  const uint16_t type = at(kEthertype);
  return (type == ETH_P_8021Q || type == ETH_P_8021AD) && (at(kTci) & kVlanId) != 0;
}

}  // namespace tracker
