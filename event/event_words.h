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
#include "event/session.h"

namespace tracker {

// Whether the event's packet is the one in hand, of a function that sees none.
bool is_inferred(const Event& event, const Names& names);

// "tp:skb:kfree_skb"; "probe 7" for an index that the names do not have.
std::string probe_text(const Event& event, const Names& names);
// The same for a reader: "fn:fib_table_lookup (inferred)".
std::string marked_probe_text(const Event& event, const Names& names);

// "eth0"; by the interface table where the event has only an index; "if5" where that has no name.
std::string device_text(const Event& event, const Names& names);

// "blue"; "4026532177" where only the inum is known; "cookie 0x9" where only that is. Names and
// inums are used again: where these words fit another namespace as well, "blue (cookie 0x9)".
std::string netns_words(const NetnsSection& netns, const Names& names);

// "docker/3f2a9c0d1e2f", "sshd.service" (event/sections/cgroup.h); "0x1b3" of a cgroup without a
// known path, "/" of the root of the hierarchy. Empty without a cgroup.
std::string cgroup_words(const Event& event, const Names& names);

// "NO_SOCKET", "openvswitch:OVS_DROP_LAST_ACTION", "core:0x1f2".
std::string qualified_reason_text(uint32_t code, const Names& names);

// Innermost frame first: "tcp_v6_rcv+0x77", "ovs_execute_actions+0x48 [openvswitch]".
std::vector<std::string> stack_text(const Event& event, const Names& names);

// Why an event that could have a stack has none.
enum class MissingStack {
  kNone,    // it has one, or none was asked for
  kBudget,  // a drop of a reason and place that had had theirs
  kNoRoom,  // one was taken, but there were too many different ones to keep: an empty one is there
};
MissingStack missing_stack(const Event& event, const Names& names, const Session& session);
// Whether the event is a drop whose stack, or want of one, a budget decided.
bool has_stack_by_budget(const Event& event, const Names& names, const Session& session);

// "the first 8 of each reason and place, then 10 a second"; empty without a budget.
std::string stack_budget_text(const StackBudget& budget);

}  // namespace tracker
