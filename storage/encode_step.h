// SPDX-License-Identifier: GPL-2.0-or-later
//
// ColumnWriters and EncodeStep: what a section's encoder writes one event with.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "storage/column.h"
#include "storage/columns.h"
#include "storage/dictionary.h"

namespace tracker {

class ColumnWriters {
 public:
  ColumnWriter& operator[](Column column) { return columns_[column.number]; }
  // By number; index 0 and the numbers that no column has stay empty.
  const std::array<ColumnWriter, kColumnLimit>& all() const { return columns_; }

  void clear() {
    for (ColumnWriter& column : columns_) column.clear();
  }

  // Writes the index of `key` in the dictionary, as 0 where it is `before`, which it replaces.
  // True: the value is new, the caller writes it to the entry column.
  template <size_t kWords>
  bool put_index(Column column, DictionaryWriter<kWords>& dictionary,
                 const std::array<uint64_t, kWords>& key, uint32_t& before) {
    const auto found = dictionary.find_or_add(key);
    (*this)[column].put(found.index == before ? 0 : uint64_t{found.index} + 1);
    before = found.index;
    return found.is_new;
  }

  void put_name(Column column, std::string_view name) {
    (*this)[column].append_byte(static_cast<uint8_t>(name.size()));
    (*this)[column].append_bytes({reinterpret_cast<const uint8_t*>(name.data()), name.size()});
  }

 private:
  std::array<ColumnWriter, kColumnLimit> columns_;
};

struct EncodeStep {
  ColumnWriters& columns;
  // By how much the packet is longer than that of the reference, modulo 2^32: an skb's lengths are
  // predicted from it. 0 without a packet section.
  uint32_t packet_growth = 0;
};

}  // namespace tracker
