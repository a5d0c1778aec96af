// SPDX-License-Identifier: GPL-2.0-or-later
//
// DecodeStep: what a section's decoder reads the events of a block with.
//
// What is wrong is remembered as the column it was found in, and values go on as zeros: one look
// per event instead of one per value.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "event/event.h"
#include "storage/block_columns.h"
#include "storage/columns.h"

namespace tracker {

class DecodeStep {
 public:
  DecodeStep(BlockColumns& columns, std::span<const Event> events)
      : columns_(columns), events_(events) {}

  ColumnReader& operator[](Column column) { return columns_[column]; }
  // The events of the block, of which those before index() are decoded.
  std::span<const Event> events() const { return events_; }
  uint32_t index() const { return index_; }
  // As EncodeStep has it.
  uint32_t packet_growth() const { return packet_growth_; }

  void begin_event(uint32_t index) {
    index_ = index;
    packet_growth_ = 0;
  }
  void set_packet_growth(uint32_t growth) { packet_growth_ = growth; }

  // The first column that held something impossible; nothing where all was well.
  std::optional<Column> wrong() const { return wrong_; }
  void fail(Column column) {
    if (!wrong_) wrong_ = column;
  }

  uint64_t varint(Column column) { return columns_[column].varint(); }
  template <typename T>
  T narrow(Column column, uint64_t value) {
    if (value > std::numeric_limits<T>::max()) fail(column);
    return static_cast<T>(value);
  }
  template <typename T>
  T number(Column column) {
    return narrow<T>(column, varint(column));
  }
  // A number that was stored as its difference from `before`, which it replaces.
  uint32_t changed(Column column, uint32_t& before) {
    return before = narrow<uint32_t>(column, add_difference(before, varint(column)));
  }
  // A name with its length before it.
  FixedName name(Column column);
  // Index 0: the entry of before; else the entry with that number, from 1; one more than there are:
  // a new one, which `read_entry` reads from its column.
  template <typename Entry, typename ReadEntry>
  Entry& entry(Column column, std::vector<Entry>& entries, uint32_t& before, ReadEntry read_entry) {
    const uint64_t value = varint(column);
    const uint64_t index = value == 0 ? before : value - 1;
    if (index > entries.size() || (value == 0 && index == entries.size())) {
      fail(column);
      // Something to return; the events are thrown away.
      return entries.empty() ? entries.emplace_back() : entries.back();
    }
    if (index == entries.size()) entries.push_back(read_entry());
    before = static_cast<uint32_t>(index);
    return entries[index];
  }

 private:
  BlockColumns& columns_;
  std::span<const Event> events_;
  uint32_t index_ = 0;
  uint32_t packet_growth_ = 0;
  std::optional<Column> wrong_;
};

}  // namespace tracker
