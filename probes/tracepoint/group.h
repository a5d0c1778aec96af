// SPDX-License-Identifier: GPL-2.0-or-later
//
// The groups of tracepoints that carry a packet, for hosts whose tracefs cannot be read: BTF knows
// a tracepoint's name and arguments, not its group.
#pragma once

#include <string_view>

namespace tracker {

// "skb" for "kfree_skb": the TRACE_SYSTEM of include/trace/events/*.h that defines it, the same in
// every kernel from 5.15 to 6.18 that has it. Empty for a name that is not known here.
std::string_view well_known_group(std::string_view tracepoint);

}  // namespace tracker
