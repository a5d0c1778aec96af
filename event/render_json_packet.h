// SPDX-License-Identifier: GPL-2.0-or-later
//
// The `packet` section as JSON; a part of render_event_json().
#pragma once

#include <nlohmann/json.hpp>

#include "event/packet.h"

namespace tracker {

// An object; empty where nothing of the packet is known.
nlohmann::ordered_json render_packet_json(const PacketSection& section);

}  // namespace tracker
