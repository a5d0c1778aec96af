// SPDX-License-Identifier: GPL-2.0-or-later
//
// Column: one column of a block, by its number in the file. What belongs to a section stands with
// that section's codec (storage/sections), what every event has in EventColumns.
//
// docs/recording-format.md describes all of them. What stands here is the file format: numbers are
// never used again, and a change of meaning needs a new format version (schema.h).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tracker {

struct Column {
  uint8_t number = 0;     // 1 to kColumnLimit - 1
  std::string_view name;  // as messages and the documentation have it

  friend constexpr bool operator==(const Column& a, const Column& b) {
    return a.number == b.number;
  }
};

// All numbers are less; kept small because a reader has a place for each.
inline constexpr size_t kColumnLimit = 64;

// The columns of what every event has.
struct EventColumns {
  static constexpr Column kTimeLow{1, "time_low"};
  static constexpr Column kTimeHigh{2, "time_high"};
  static constexpr Column kCpu{3, "cpu"};
  static constexpr Column kProbe{4, "probe"};
  static constexpr Column kSectionBits{5, "sections"};
  static constexpr Column kExtras{6, "extras"};
  static constexpr Column kReturnCode{7, "return_code"};
  static constexpr Column kParentCount{8, "parent_count"};
  static constexpr Column kParentId{9, "parent_id"};
  static constexpr Column kParentKind{10, "parent_kind"};
  static constexpr Column kPacketId{11, "packet_id"};
  static constexpr Column kTask{12, "task"};
  static constexpr Column kTaskEntry{13, "task_entry"};
  static constexpr Column kSlot{14, "slot"};
  static constexpr std::array kAll{kTimeLow,  kTimeHigh,   kCpu,         kProbe,    kSectionBits,
                                   kExtras,   kReturnCode, kParentCount, kParentId, kParentKind,
                                   kPacketId, kTask,       kTaskEntry,   kSlot};
};

// Bits of EventColumns::kExtras.
inline constexpr uint64_t kExtraReturnCode = 1U << 0;
inline constexpr uint64_t kExtraParents = 1U << 1;

}  // namespace tracker
