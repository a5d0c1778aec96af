// SPDX-License-Identifier: GPL-2.0-or-later
//
// Tun and tap devices, up, 10.2.0.1/24, with the file descriptor that a program would read from.
#pragma once

#include <string>

#include "base/unique_fd.h"
#include "harness/network_namespace.h"

namespace tracker::kernel_test {

enum class TunMode { kTun, kTap };

// Opens a device with room for `room` packets that nobody has read. A tap knows the neighbour
// 10.2.0.2 as kTapNeighbour.
inline constexpr char kTapNeighbour[] = "02:00:00:00:00:09";
UniqueFd open_tun(const NetworkNamespace& netns, const std::string& name, TunMode mode, int room);

}  // namespace tracker::kernel_test
