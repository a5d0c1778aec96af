// SPDX-License-Identifier: GPL-2.0-or-later
//
// What a probe's hit says about the packet's life, seen from postprocess: which events are drops.
#pragma once

#include "event/event.h"
#include "event/names.h"

namespace tracker {

// ProbeRole::kOther for a probe that the names do not have.
ProbeRole role_of(const Event& event, const Names& names);

// Whether such a hit comes while a call runs that was given the packet, or at its end: it says
// nothing of where the packet is by then.
bool is_of_call(ProbeRole role);

// kfree_skb was called, and nothing says that no packet was lost (event/free_meaning.h).
bool is_drop(const Event& event, const Names& names);

// consume_skb, or kfree_skb of what is no loss.
bool is_consumption(const Event& event, const Names& names);

}  // namespace tracker
