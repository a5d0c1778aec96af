// SPDX-License-Identifier: GPL-2.0-or-later
//
// Words for the numbers of network protocols.
#pragma once

#include <cstdint>
#include <string>

#include "event/packet.h"

namespace tracker {

// "TCP", "ICMPv6", "SCTP"; "proto 253" for one without a name here.
std::string ip_protocol_text(uint8_t protocol);

// "echo request", "port unreachable"; "type 42 code 1" for one without a name here.
std::string icmp_text(uint8_t ip_version, const IcmpHeader& icmp);

// "request", "reply"; "operation 3".
std::string arp_operation_text(uint16_t operation);

// "IPv4", "IPv6", "ARP", "802.3 LLC"; else "ethertype 0x88b5".
std::string ethertype_text(uint16_t ethertype);

// "ipip", "gre", "vxlan", "geneve".
std::string tunnel_kind_text(TunnelKind kind);

}  // namespace tracker
