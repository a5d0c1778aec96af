// SPDX-License-Identifier: GPL-2.0-or-later
//
// What differs between two sightings of one packet.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "event/event.h"

namespace tracker {

struct PacketChange {
  std::string_view what;  // "addresses", "ttl", "vlan", "tunnel"
  std::string before;
  std::string after;

  bool operator==(const PacketChange&) const = default;
};

// Addresses and ports (NAT), TTL, VLAN tags, what a tunnel carries. Only what both sightings know:
// headers that were not there yet, or are gone again, are no change.
std::vector<PacketChange> packet_changes(const PacketSection& before, const PacketSection& after);

}  // namespace tracker
