// SPDX-License-Identifier: GPL-2.0-or-later
//
// A block's content as bytes that can be changed: out of its frame, and back into one with a right
// checksum and right times, past which random changes would never come.
#pragma once

#include <algorithm>
#include <optional>

#include "storage/block_decoder.h"
#include "storage/block_format.h"
#include "storage/columns.h"
#include "storage/compression.h"
#include "tests/fuzz/target.h"

namespace tracker::fuzz {

inline Bytes content_of(std::span<const uint8_t> frame) {
  Bytes content;
  FUZZ_EXPECT(decompress(frame, kMaxBlockContent, content).has_value());
  return content;
}

struct Block {
  BlockClaim claim;
  Bytes frame;
};

// The block with that content, and its events; nothing where the content is no block's.
inline std::optional<Block> block_of(std::span<const uint8_t> content, std::vector<Event>& events) {
  static Compressor compressor;
  Block block;
  ColumnReader header(content);
  block.claim.events = static_cast<uint32_t>(header.varint());
  const std::span<const uint8_t> parts[] = {content};
  block.frame = compressor.compress(parts);
  if (const auto decoded = decode_block(block.frame, block.claim, events)) return block;
  if (events.size() != block.claim.events || events.empty()) return std::nullopt;
  // Its times as the events have them; where it was refused for anything else, it is again.
  const auto [first, last] = std::ranges::minmax_element(events, {}, &Event::timestamp_ns);
  block.claim.first_ns = first->timestamp_ns;
  block.claim.last_ns = last->timestamp_ns;
  if (!decode_block(block.frame, block.claim, events)) return std::nullopt;
  return block;
}

}  // namespace tracker::fuzz
