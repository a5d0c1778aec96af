// SPDX-License-Identifier: GPL-2.0-or-later
//
// A classifier of tc that drops: on its way out a datagram is dropped inside the call that sends
// it, whatever else runs on the CPU, where one that loops back waits for a softirq and may find the
// CPU's backlog full.
#pragma once

#include <string>

#include "harness/network_namespace.h"

namespace tracker::kernel_test {

// Drops datagrams to port 9 of IPv4 on `device` on their `way`, "ingress" or "egress", with the
// reason TC_INGRESS or TC_EGRESS. The sender is not told.
void drop_port_9(const NetworkNamespace& netns, const std::string& device, const std::string& way);

}  // namespace tracker::kernel_test
