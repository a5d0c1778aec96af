// SPDX-License-Identifier: GPL-2.0-or-later
//
// ColumnWriter and ColumnReader: one column of a block as a run of varints (LEB128) or bytes.
//
// Most columns hold differences, and in a flood most differences are zero: a column of nothing but
// zero varints takes no memory while it is written and is left out of the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace tracker {

// Small numbers of either sign as small unsigned ones: 0, -1, 1, -2 ... become 0, 1, 2, 3 ...
constexpr uint64_t zigzag(int64_t value) {
  return (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
}
constexpr int64_t unzigzag(uint64_t value) {
  return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
}
// The difference of two numbers, modulo 2^64, zigzagged; add_difference() undoes it.
constexpr uint64_t difference(uint64_t value, uint64_t from) {
  return zigzag(static_cast<int64_t>(value - from));
}
constexpr uint64_t add_difference(uint64_t from, uint64_t difference) {
  return from + static_cast<uint64_t>(unzigzag(difference));
}

inline constexpr size_t kMaxVarintBytes = 10;

class ColumnWriter {
 public:
  void put(uint64_t value) {
    if (value == 0 && size_ == 0) {
      ++leading_zeros_;
      return;
    }
    if (size_ == 0) materialise_zeros();
    append(value);
  }
  // A varint that is never left out: for columns of entries, which mix varints and bytes. A column
  // is written by put() alone or by the others.
  void append(uint64_t value) {
    if (buffer_.size() - size_ < kMaxVarintBytes) grow(kMaxVarintBytes);
    while (value >= 0x80) {
      buffer_[size_++] = static_cast<uint8_t>(value | 0x80);
      value >>= 7;
    }
    buffer_[size_++] = static_cast<uint8_t>(value);
  }
  // One byte as it is.
  void append_byte(uint8_t value) {
    if (buffer_.size() == size_) grow(1);
    buffer_[size_++] = value;
  }
  void append_bytes(std::span<const uint8_t> bytes) {
    if (bytes.empty()) return;
    if (buffer_.size() - size_ < bytes.size()) grow(bytes.size());
    std::memcpy(buffer_.data() + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
  }

  // What goes into the file: empty where there is nothing but zeros.
  std::span<const uint8_t> bytes() const { return {buffer_.data(), size_}; }
  // Empties the column; its memory is kept for the next block.
  void clear() { size_ = leading_zeros_ = 0; }

 private:
  void materialise_zeros();
  void grow(size_t bytes);

  std::vector<uint8_t> buffer_;  // its size is what is allocated; size_ is what is used
  size_t size_ = 0;
  size_t leading_zeros_ = 0;  // not written yet; meaningful while size_ is 0
};

// Reads what a ColumnWriter wrote. Reading past the end yields zeros and is remembered: the decoder
// asks once at the end instead of after every value.
class ColumnReader {
 public:
  ColumnReader() = default;  // a column that is not there: zeros
  explicit ColumnReader(std::span<const uint8_t> bytes)
      : position_(bytes.data()), end_(bytes.data() + bytes.size()), is_present_(true) {}

  uint64_t varint() {
    if (!is_present_) return 0;
    if (position_ != end_ && *position_ < 0x80) return *position_++;
    return long_varint();
  }
  uint8_t byte() {
    if (position_ != end_) return *position_++;
    is_broken_ = true;
    return 0;
  }
  // The next `count` bytes; none, and broken, where there are fewer.
  std::span<const uint8_t> bytes(size_t count) {
    if (remaining() < count) {
      is_broken_ = true;
      return {};
    }
    const std::span<const uint8_t> result(position_, count);
    position_ += count;
    return result;
  }
  size_t remaining() const { return static_cast<size_t>(end_ - position_); }

  // Something was read that was not there, or a varint was longer than 64 bits.
  bool is_broken() const { return is_broken_; }

 private:
  uint64_t long_varint();

  const uint8_t* position_ = nullptr;
  const uint8_t* end_ = nullptr;
  bool is_present_ = false;
  bool is_broken_ = false;
};

}  // namespace tracker
