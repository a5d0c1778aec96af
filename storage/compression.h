// SPDX-License-Identifier: GPL-2.0-or-later
//
// Compressor and decompress(): one zstd frame per block, with zstd's own checksum of the content
// (the low 32 bits of its XXH64). zstd.h stays in compression.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"

namespace tracker {

// Compresses a frame whose parts are known beforehand. Reused from block to block: its tables are
// what takes memory.
class Compressor {
 public:
  Compressor();
  ~Compressor();
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;

  // One frame that holds the parts one after another. A large part gets zstd blocks of its own, for
  // columns are unlike each other and share no statistics worth having.
  std::vector<uint8_t> compress(std::span<const std::span<const uint8_t>> parts);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

// The content of exactly one frame, at most `max_content` bytes, which is checked before memory is
// taken; `content` is resized. Fails where the frame is damaged, says no size, has no checksum or a
// wrong one.
Result<void> decompress(std::span<const uint8_t> frame, size_t max_content,
                        std::vector<uint8_t>& content);

}  // namespace tracker
