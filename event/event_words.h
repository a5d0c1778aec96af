// SPDX-License-Identifier: GPL-2.0-or-later
//
// The words of an event that text and JSON share. All of them are safe to print: what the kernel or
// a recording held went through escape_text(). Empty where nothing is known.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "event/event.h"
#include "event/names.h"

namespace tracker {

// "tp:skb:kfree_skb"; "probe 7" for an index that the names do not have.
std::string probe_text(const Event& event, const Names& names);

// "eth0"; by the interface table where the event has only an index; "if5" where that has no name.
std::string device_text(const Event& event, const Names& names);

// "NO_SOCKET", "openvswitch:OVS_DROP_LAST_ACTION", "core:0x1f2".
std::string qualified_reason_text(uint32_t code, const Names& names);

// Innermost frame first: "tcp_v6_rcv+0x77", "ovs_execute_actions+0x48 [openvswitch]".
std::vector<std::string> stack_text(const Event& event, const Names& names);

}  // namespace tracker
