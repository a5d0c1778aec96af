// SPDX-License-Identifier: GPL-2.0-or-later
//
// BlockColumns: the content of a block, taken apart into its columns.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "base/result.h"
#include "storage/column.h"
#include "storage/columns.h"

namespace tracker {

class BlockColumns {
 public:
  // Reads the header of a decompressed block, which must be of `events` events. The columns read
  // from `content`, which must outlive them.
  static Result<BlockColumns> parse(std::span<const uint8_t> content, uint32_t events);

  uint64_t base_ns() const { return base_ns_; }
  ColumnReader& operator[](Column column) { return columns_[column.number]; }

  // After decoding: the first column that ended too early, or that has something left.
  std::optional<Column> find_unfinished() const;

 private:
  uint64_t base_ns_ = 0;
  std::array<ColumnReader, kColumnLimit> columns_;
};

}  // namespace tracker
