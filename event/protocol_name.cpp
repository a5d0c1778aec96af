// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/protocol_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "event/wire.h"

namespace tracker {
namespace {

struct ProtocolName {
  uint8_t protocol;
  std::string_view name;
};

constexpr std::array kProtocols{
    ProtocolName{wire::kHopByHop, "hop-by-hop options"},
    ProtocolName{wire::kIcmp, "ICMP"},
    ProtocolName{2, "IGMP"},
    ProtocolName{wire::kIpip, "IPIP"},
    ProtocolName{wire::kTcp, "TCP"},
    ProtocolName{wire::kUdp, "UDP"},
    ProtocolName{wire::kDccp, "DCCP"},
    ProtocolName{wire::kIpv6, "IPv6-in-IP"},
    ProtocolName{wire::kRouting, "routing header"},
    ProtocolName{wire::kFragment, "fragment header"},
    ProtocolName{wire::kGre, "GRE"},
    ProtocolName{wire::kEsp, "ESP"},
    ProtocolName{wire::kAh, "AH"},
    ProtocolName{wire::kIcmpv6, "ICMPv6"},
    ProtocolName{wire::kNoNext, "no next header"},
    ProtocolName{wire::kDestOptions, "destination options"},
    ProtocolName{89, "OSPF"},
    ProtocolName{103, "PIM"},
    ProtocolName{112, "VRRP"},
    ProtocolName{wire::kSctp, "SCTP"},
    ProtocolName{wire::kUdpLite, "UDP-Lite"},
    ProtocolName{137, "MPLS"},
};

constexpr int kAnyCode = -1;

struct IcmpName {
  uint8_t type;
  int code;
  std::string_view name;
};

constexpr std::array kIcmp4{
    IcmpName{0, kAnyCode, "echo reply"},
    IcmpName{3, 0, "net unreachable"},
    IcmpName{3, 1, "host unreachable"},
    IcmpName{3, 2, "protocol unreachable"},
    IcmpName{3, 3, "port unreachable"},
    IcmpName{3, 4, "fragmentation needed"},
    IcmpName{3, 5, "source route failed"},
    IcmpName{3, 9, "net prohibited"},
    IcmpName{3, 10, "host prohibited"},
    IcmpName{3, 13, "admin prohibited"},
    IcmpName{4, kAnyCode, "source quench"},
    IcmpName{5, kAnyCode, "redirect"},
    IcmpName{8, kAnyCode, "echo request"},
    IcmpName{9, kAnyCode, "router advertisement"},
    IcmpName{10, kAnyCode, "router solicitation"},
    IcmpName{11, 0, "time exceeded in transit"},
    IcmpName{11, 1, "time exceeded in reassembly"},
    IcmpName{12, kAnyCode, "parameter problem"},
    IcmpName{13, kAnyCode, "timestamp request"},
    IcmpName{14, kAnyCode, "timestamp reply"},
};

constexpr std::array kIcmp6{
    IcmpName{1, 0, "no route"},
    IcmpName{1, 1, "admin prohibited"},
    IcmpName{1, 2, "beyond scope"},
    IcmpName{1, 3, "address unreachable"},
    IcmpName{1, 4, "port unreachable"},
    IcmpName{1, 5, "source address failed policy"},
    IcmpName{1, 6, "reject route"},
    IcmpName{2, kAnyCode, "packet too big"},
    IcmpName{3, 0, "time exceeded in transit"},
    IcmpName{3, 1, "time exceeded in reassembly"},
    IcmpName{4, kAnyCode, "parameter problem"},
    IcmpName{128, kAnyCode, "echo request"},
    IcmpName{129, kAnyCode, "echo reply"},
    IcmpName{130, kAnyCode, "multicast listener query"},
    IcmpName{131, kAnyCode, "multicast listener report"},
    IcmpName{132, kAnyCode, "multicast listener done"},
    IcmpName{133, kAnyCode, "router solicitation"},
    IcmpName{134, kAnyCode, "router advertisement"},
    IcmpName{135, kAnyCode, "neighbour solicitation"},
    IcmpName{136, kAnyCode, "neighbour advertisement"},
    IcmpName{137, kAnyCode, "redirect"},
    IcmpName{143, kAnyCode, "multicast listener report v2"},
};

}  // namespace

std::string ip_protocol_text(uint8_t protocol) {
  const auto* found = std::find_if(kProtocols.begin(), kProtocols.end(),
                                   [&](const auto& entry) { return entry.protocol == protocol; });
  if (found == kProtocols.end()) return fmt::format("proto {}", protocol);
  return std::string(found->name);
}

std::string icmp_text(uint8_t ip_version, const IcmpHeader& icmp) {
  const std::span<const IcmpName> table =
      ip_version == 4 ? std::span<const IcmpName>(kIcmp4) : std::span<const IcmpName>(kIcmp6);
  for (const IcmpName& entry : table) {
    if (entry.type == icmp.type && (entry.code == kAnyCode || entry.code == icmp.code)) {
      return std::string(entry.name);
    }
  }
  return fmt::format("type {} code {}", icmp.type, icmp.code);
}

std::string arp_operation_text(uint16_t operation) {
  if (operation == 1) return "request";
  if (operation == 2) return "reply";
  return fmt::format("operation {}", operation);
}

std::string ethertype_text(uint16_t ethertype) {
  switch (ethertype) {
    case wire::kTypeIpv4:
      return "IPv4";
    case wire::kTypeIpv6:
      return "IPv6";
    case wire::kTypeArp:
      return "ARP";
    case wire::kTypeLlc:
      return "802.3 LLC";
    default:
      return fmt::format("ethertype {:#06x}", ethertype);
  }
}

std::string tunnel_kind_text(TunnelKind kind) {
  switch (kind) {
    case TunnelKind::kIpip:
      return "ipip";
    case TunnelKind::kGre:
      return "gre";
    case TunnelKind::kVxlan:
      return "vxlan";
    case TunnelKind::kGeneve:
      return "geneve";
  }
  return {};
}

}  // namespace tracker
