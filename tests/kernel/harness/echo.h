// SPDX-License-Identifier: GPL-2.0-or-later
//
// ICMP echo requests with ids and sequence numbers of the test's choice.
#pragma once

#include <cstdint>

#include "harness/network_namespace.h"

namespace tracker::kernel_test {

inline constexpr uint16_t kEchoId = 0x4711;

// Sends `count` echo requests over IPv4, numbered from 0 on, and returns when all replies are back.
// The socket takes none of them, because a socket that did would get clones.
void exchange_echoes(const NetworkNamespace& from, const std::string& source,
                     const std::string& dest, int count);

}  // namespace tracker::kernel_test
