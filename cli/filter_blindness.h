// SPDX-License-Identifier: GPL-2.0-or-later
//
// What a view says where its -f answered otherwise than its user may expect: a pcap filter sees
// less of a packet than a view shows.
#pragma once

#include <string>

#include "postprocess/selection.h"

namespace tracker {

// Says on stderr how many events the pcap filter `filter` of `selection` missed, or matched, only
// for the VLAN tags or IPv6 extension headers in their packets; and which filter would find those
// that it missed, where there is one. Nothing where there are none, and without a filter.
void say_filter_blindness(const std::string& filter, const Selection& selection);

}  // namespace tracker
