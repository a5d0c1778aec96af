// SPDX-License-Identifier: GPL-2.0-or-later
#include "storage/columns.h"

#include <algorithm>

namespace tracker {

void ColumnWriter::materialise_zeros() {
  if (leading_zeros_ == 0) return;
  if (buffer_.size() < leading_zeros_) grow(leading_zeros_);
  std::memset(buffer_.data(), 0, leading_zeros_);
  size_ = leading_zeros_;
  leading_zeros_ = 0;
}

void ColumnWriter::grow(size_t bytes) {
  buffer_.resize(std::max({size_t{256}, buffer_.size() * 2, size_ + bytes}));
}

uint64_t ColumnReader::long_varint() {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (position_ == end_) break;
    const uint8_t byte = *position_++;
    // The tenth byte has room for one bit.
    if (shift == 63 && byte > 1) break;
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  is_broken_ = true;
  return 0;
}

}  // namespace tracker
