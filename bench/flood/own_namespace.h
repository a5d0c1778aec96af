// SPDX-License-Identifier: GPL-2.0-or-later
//
// Where the flood happens: a network namespace that only this process and what it starts are in.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace tracker::bench {

// Moves this process, which must have one thread, into a new network namespace with its loopback up
// and into a new mount namespace where tracefs is mounted: perf and bpftrace look there, and perf
// would mount it for everybody.
Result<void> enter_own_namespace();

// The path and the inum of the network namespace that this process is in.
std::string own_netns_path();
Result<uint32_t> own_netns_inum();

// Drops in this namespace so far, as the kernel counts them: datagrams to closed ports, and what
// found the backlog of its CPU full (in an emulated guest; ICMP errors as well as datagrams).
uint64_t drops_so_far();

}  // namespace tracker::bench
