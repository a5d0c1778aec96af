// SPDX-License-Identifier: GPL-2.0-or-later
//
// How many records are taken from a ring, and events handed on, at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "probes/record.h"

namespace tracker {

// They stay within this many bytes also when --snaplen keeps whole packets.
inline constexpr size_t kPortionBytes = 8U << 20;

// How many of a collection that keeps `snaplen` bytes of each packet fit, at most `most`.
inline size_t portion(uint32_t snaplen, size_t most) {
  return std::min(most, kPortionBytes / (sizeof(tracker_record) + snaplen));
}

}  // namespace tracker
