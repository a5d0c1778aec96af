// SPDX-License-Identifier: GPL-2.0-or-later
#include "storage/compression.h"

#include <fmt/format.h>
#include <zstd.h>

#include "base/check.h"

namespace tracker {
namespace {

constexpr int kLevel = 3;
// From this size on a part is worth tables of its own (about 100 bytes each).
constexpr size_t kOwnBlockBytes = 4096;

// Bit of the frame header descriptor that says a checksum follows the content.
constexpr uint8_t kChecksumFlag = 0x04;
constexpr size_t kDescriptorOffset = 4;  // after the magic number

}  // namespace

struct Compressor::Context {
  ZSTD_CCtx* zstd = ZSTD_createCCtx();
  ~Context() { ZSTD_freeCCtx(zstd); }
};

Compressor::Compressor() : context_(std::make_unique<Context>()) {
  ZSTD_CCtx* zstd = context_->zstd;
  CHECK(zstd != nullptr);
  CHECK(ZSTD_isError(ZSTD_CCtx_setParameter(zstd, ZSTD_c_compressionLevel, kLevel)) == 0);
  CHECK(ZSTD_isError(ZSTD_CCtx_setParameter(zstd, ZSTD_c_checksumFlag, 1)) == 0);
}

Compressor::~Compressor() = default;

std::vector<uint8_t> Compressor::compress(std::span<const std::span<const uint8_t>> parts) {
  ZSTD_CCtx* zstd = context_->zstd;
  size_t total = 0;
  for (const auto part : parts) total += part.size();
  CHECK(ZSTD_isError(ZSTD_CCtx_reset(zstd, ZSTD_reset_session_only)) == 0);
  CHECK(ZSTD_isError(ZSTD_CCtx_setPledgedSrcSize(zstd, total)) == 0);

  // Every flush can add a block header of three bytes, and every part is flushed at most twice.
  std::vector<uint8_t> frame(ZSTD_compressBound(total) + parts.size() * 8 + 64);
  ZSTD_outBuffer out{frame.data(), frame.size(), 0};
  const auto feed = [&](std::span<const uint8_t> part, ZSTD_EndDirective directive) {
    ZSTD_inBuffer in{part.data(), part.size(), 0};
    size_t left = 0;
    do {
      left = ZSTD_compressStream2(zstd, &out, &in, directive);
      CHECK(ZSTD_isError(left) == 0);
      // The bound above is wrong if this does not hold; looping on would never end.
      CHECK(out.pos < out.size || (in.pos == in.size && left == 0));
    } while (in.pos < in.size || (directive != ZSTD_e_continue && left != 0));
  };
  for (const auto part : parts) {
    const bool is_large = part.size() >= kOwnBlockBytes;
    if (is_large) feed({}, ZSTD_e_flush);
    feed(part, is_large ? ZSTD_e_flush : ZSTD_e_continue);
  }
  feed({}, ZSTD_e_end);
  frame.resize(out.pos);
  return frame;
}

Result<void> decompress(std::span<const uint8_t> frame, size_t max_content,
                        std::vector<uint8_t>& content) {
  const unsigned long long size = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN ||
      (frame[kDescriptorOffset] & kChecksumFlag) == 0) {
    return Error{"the compressed data does not begin as it must"};
  }
  if (size > max_content) {
    return Error{fmt::format("the compressed data claims {} bytes, more than the {} allowed", size,
                             max_content)};
  }
  const size_t frame_size = ZSTD_findFrameCompressedSize(frame.data(), frame.size());
  if (ZSTD_isError(frame_size) != 0 || frame_size != frame.size()) {
    return Error{"the compressed data is cut off or damaged"};
  }
  content.resize(size);
  thread_local const std::unique_ptr<ZSTD_DCtx, size_t (*)(ZSTD_DCtx*)> zstd(ZSTD_createDCtx(),
                                                                             ZSTD_freeDCtx);
  if (zstd == nullptr) return Error{"there is no memory to decompress"};
  const size_t got =
      ZSTD_decompressDCtx(zstd.get(), content.data(), content.size(), frame.data(), frame.size());
  if (ZSTD_isError(got) != 0) {
    return Error{fmt::format("the compressed data is damaged ({})", ZSTD_getErrorName(got))};
  }
  if (got != size) return Error{"the compressed data is shorter than it says"};
  return {};
}

}  // namespace tracker
