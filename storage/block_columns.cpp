// SPDX-License-Identifier: GPL-2.0-or-later
#include "storage/block_columns.h"

#include <fmt/format.h>

#include <string_view>
#include <vector>

#include "event/section_list.h"
#include "storage/sections/all.h"

namespace tracker {
namespace {

using ColumnNames = std::array<std::string_view, kColumnLimit>;

template <typename Columns>
constexpr bool add_names(ColumnNames& names) {
  for (const Column& column : Columns::kAll) {
    if (column.number == 0 || !names[column.number].empty()) return false;
    names[column.number] = column.name;
  }
  return true;
}

// By number; empty where no column has it. Does not compile where two have the same.
constexpr ColumnNames kColumnNames = [] {
  ColumnNames names;
  bool are_distinct = add_names<EventColumns>(names);
#define X(name, Name, bit) are_distinct = are_distinct && add_names<Name##Columns>(names);
  TRACKER_SECTIONS(X)
#undef X
  if (!are_distinct) throw "two columns have one number";
  return names;
}();

}  // namespace

Result<BlockColumns> BlockColumns::parse(std::span<const uint8_t> content, uint32_t events) {
  ColumnReader header(content);
  BlockColumns columns;
  const uint64_t events_within = header.varint();
  columns.base_ns_ = header.varint();
  const uint64_t count = header.varint();
  if (header.is_broken() || count >= kColumnLimit) return Error{"its header is damaged"};
  if (events_within != events) {
    return Error{fmt::format("it holds {} events where its row says {}", events_within, events)};
  }

  struct Part {
    uint64_t column;
    uint64_t size;
  };
  std::vector<Part> parts;
  for (uint64_t i = 0, last = 0; i < count; ++i) {
    const Part part{header.varint(), header.varint()};
    if (header.is_broken() || part.column <= last || part.column >= kColumnLimit ||
        kColumnNames[part.column].empty()) {
      return Error{fmt::format("column number {} after {} cannot be", part.column, last)};
    }
    last = part.column;
    parts.push_back(part);
  }
  for (const Part& part : parts) {
    const std::span<const uint8_t> bytes = header.bytes(part.size);
    if (header.is_broken() || bytes.empty()) {
      return Error{fmt::format("column {} is cut off", kColumnNames[part.column])};
    }
    columns.columns_[part.column] = ColumnReader(bytes);
  }
  if (header.remaining() != 0) return Error{"it has bytes after its last column"};
  if (columns[EventColumns::kTimeLow].remaining() != events) {
    return Error{"column time_low has not one byte for every event"};
  }
  return columns;
}

std::optional<Column> BlockColumns::find_unfinished() const {
  for (size_t number = 1; number < kColumnLimit; ++number) {
    if (columns_[number].is_broken() || columns_[number].remaining() != 0) {
      return Column{static_cast<uint8_t>(number), kColumnNames[number]};
    }
  }
  return std::nullopt;
}

}  // namespace tracker
