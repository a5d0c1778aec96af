// SPDX-License-Identifier: GPL-2.0-or-later
//
// A fuzz target: one NAME_target.cpp that defines the two functions below. It is linked twice: with
// driver.cpp, which runs seeds, regressions and a fixed number of mutations as an ordinary test,
// and with libFuzzer in the preset `fuzz` (CONTRIBUTING.md).
//
// A target says that something is wrong by FUZZ_EXPECT; sanitizers say the rest.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace tracker::fuzz {

using Bytes = std::vector<uint8_t>;

// Inputs to begin with: what tracker itself makes.
std::vector<Bytes> make_seeds();

// Takes an input apart from its front; past the end it yields zeros.
class InputReader {
 public:
  explicit InputReader(std::span<const uint8_t> data) : data_(data) {}

  bool empty() const { return data_.empty(); }
  std::span<const uint8_t> rest() const { return data_; }
  uint8_t byte() {
    if (data_.empty()) return 0;
    const uint8_t value = data_.front();
    data_ = data_.subspan(1);
    return value;
  }
  // Little-endian.
  uint64_t number(size_t bytes) {
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; ++i) value |= uint64_t{byte()} << (8 * i);
    return value;
  }
  std::span<const uint8_t> bytes(size_t count) {
    const auto taken = data_.first(count < data_.size() ? count : data_.size());
    data_ = data_.subspan(taken.size());
    return taken;
  }
  std::string text(size_t count) {
    const auto taken = bytes(count);
    return {taken.begin(), taken.end()};
  }

 private:
  std::span<const uint8_t> data_;
};

// Aborts unless `text` is whole lines of valid UTF-8 in which nothing but newlines controls a
// terminal.
void expect_printable(std::string_view text);
// Aborts unless every line of `text` is one JSON object.
void expect_json_lines(std::string_view text);

}  // namespace tracker::fuzz

#define FUZZ_EXPECT(condition)                                                              \
  do {                                                                                      \
    if (!(condition)) {                                                                     \
      std::fprintf(stderr, "does not hold: %s at %s:%d\n", #condition, __FILE__, __LINE__); \
      std::abort();                                                                         \
    }                                                                                       \
  } while (false)
