// SPDX-License-Identifier: GPL-2.0-or-later
//
// Words for numbers of the kernel's stable interfaces: socket families and states, packet types,
// results. A value without a name here is shown with its number.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "event/event.h"

namespace tracker {

std::string_view context_text(TaskContext context);     // "process", "softirq", "hardirq", "nmi"
std::string_view parent_kind_text(ParentKind kind);     // "clone", "copy", "segment", ...
std::string socket_family_text(uint16_t family);        // "inet", "inet6", "unix"; "family 45"
std::string socket_type_text(uint16_t type);            // "stream", "dgram", "raw"; "type 9"
std::string socket_protocol_text(uint16_t protocol);    // "tcp", "udp"; "proto 253"
std::string socket_state_text(uint8_t state);           // "ESTABLISHED", "TIME_WAIT"; "state 31"
std::string packet_type_text(uint8_t pkt_type);         // "host", "otherhost"; "type 9"
std::string checksum_state_text(uint8_t ip_summed);     // "none", "partial"; "state 9"
std::string function_result_text(int32_t return_code);  // "0", "-12 (ENOMEM)"
std::string transmit_result_text(int32_t return_code);  // "NETDEV_TX_BUSY", "ENOMEM"; "17"

}  // namespace tracker
