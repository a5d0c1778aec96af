// SPDX-License-Identifier: GPL-2.0-or-later
//
// What a drop means, by its reason, its place and what its event holds.
//
// reason_text.h names every cause of a reason at a place. The event often holds what tells them
// apart: TCP flags, an ethertype, how full the socket's buffer is. A sentence chosen here is true
// in every situation in which an event looks so.
#pragma once

#include <string_view>

#include "event/event.h"
#include "event/names.h"

namespace tracker {

// Of an event of skb:kfree_skb; of static storage. Empty without a reason, or without words for it.
// `had_vlan_tag`: the packet came in with a VLAN tag by the device that it is at now.
std::string_view drop_explanation(const Event& event, const Names& names,
                                  bool had_vlan_tag = false);

// Whether the packet has a VLAN tag with an id (0 is only a priority), in its bytes or beside them.
bool has_vlan_tag(const Event& event);

}  // namespace tracker
