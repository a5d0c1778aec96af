// SPDX-License-Identifier: GPL-2.0-or-later
//
// Compressed frames from anybody, and the way there and back.
#include "storage/compression.h"

#include "tests/fuzz/target.h"

namespace tracker::fuzz {
namespace {

// More than an input of libFuzzer's usual length can honestly hold.
constexpr size_t kMaxContent = 1U << 20;

}  // namespace

std::vector<Bytes> make_seeds() {
  std::vector<Bytes> seeds;
  Compressor compressor;
  for (const size_t size : {0U, 1U, 100U, 5000U, 200'000U}) {
    Bytes content;
    for (size_t i = 0; i < size; ++i) content.push_back(static_cast<uint8_t>(i * i / 7));
    const std::span<const uint8_t> all(content);
    const std::span<const uint8_t> parts[] = {all.first(size / 3), all.subspan(size / 3)};
    seeds.push_back(compressor.compress(parts));
  }
  return seeds;
}

}  // namespace tracker::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tracker;
  const std::span<const uint8_t> input(data, size);
  std::vector<uint8_t> content;
  if (decompress(input, fuzz::kMaxContent, content)) {
    FUZZ_EXPECT(content.size() <= fuzz::kMaxContent);
    std::vector<uint8_t> too_little;
    FUZZ_EXPECT(content.empty() || !decompress(input, content.size() - 1, too_little));
  }
  static Compressor compressor;
  const std::span<const uint8_t> parts[] = {input.first(size / 2), input.subspan(size / 2)};
  const std::vector<uint8_t> frame = compressor.compress(parts);
  FUZZ_EXPECT(decompress(frame, size, content).has_value());
  FUZZ_EXPECT(std::equal(content.begin(), content.end(), input.begin(), input.end()));
  return 0;
}
