// SPDX-License-Identifier: GPL-2.0-or-later
//
// Possible CPUs of this machine: those of per-CPU maps and of rings.
#pragma once

#include <cstdint>

namespace tracker {

// libbpf's count of /sys/devices/system/cpu/possible; 1 where that cannot be read.
uint32_t possible_cpus();

}  // namespace tracker
