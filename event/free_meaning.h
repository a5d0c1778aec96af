// SPDX-License-Identifier: GPL-2.0-or-later
//
// FreeMeaning: whether a free that the kernel calls a drop is the loss of a packet.
//
// kfree_skb says that a buffer was not used; that need not be a packet's. Copies for bystanders,
// parts of a larger packet and messages that were processed go the same way.
#pragma once

#include <cstdint>
#include <string_view>

#include "event/event.h"
#include "event/names.h"

namespace tracker {

enum class FreeMeaning : uint8_t {
  kLoss,       // nothing says that it is not
  kConsumed,   // the reason is SKB_CONSUMED
  kPart,       // a part of a packet (GRO, reassembly) that is freed, used or not, as a whole
  kCapture,    // a packet socket's copy of several: a capture had no room for it or did not read it
  kRawCopy,    // a raw socket's copy of what the kernel takes itself
  kProcessed,  // neighbour discovery on kernels that free its messages so once they are handled
  kOldIcmpv6,  // any message of ICMPv6 on kernels that free each of them so (6.1)
  kForOthers,  // a multicast message that this host heard and that is for others on its link
  kAnswer,     // an echo reply of which somebody has a copy, as ping's raw socket
};

// Of an event of skb:kfree_skb.
FreeMeaning free_meaning(const Event& event, const Names& names);

// "a part of a packet, freed with the whole"; empty for kLoss and kConsumed.
std::string_view free_meaning_text(FreeMeaning meaning);

}  // namespace tracker
