// SPDX-License-Identifier: GPL-2.0-or-later
//
// Decodes a block: the inverse of BlockEncoder, for blobs that anybody may have made.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "event/event.h"

namespace tracker {

// What the block's row says beside the blob.
struct BlockClaim {
  uint32_t events = 0;
  uint64_t first_ns = 0;
  uint64_t last_ns = 0;
};

// Fills `events` (resized; capacities reused) with exactly what was encoded. Memory is bounded by
// the limits of block_format.h before it is taken. An error names the column; `events` then holds
// nothing of use.
Result<void> decode_block(std::span<const uint8_t> data, const BlockClaim& claim,
                          std::vector<Event>& events);

}  // namespace tracker
