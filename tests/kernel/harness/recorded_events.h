// SPDX-License-Identifier: GPL-2.0-or-later
//
// The events of a recording by way of storage/: for the scenarios with so many that their JSON
// would take an emulated guest minutes.
#pragma once

#include <functional>
#include <string>

#include "event/event.h"
#include "event/packet.h"

namespace tracker::kernel_test {

// Calls `visit` with each event that carries a packet with an IP header; returns how many events
// there were in all.
uint64_t for_each_ip_packet(
    const std::string& file,
    const std::function<void(const Event& event, const Packet& packet)>& visit);

}  // namespace tracker::kernel_test
