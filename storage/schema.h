// SPDX-License-Identifier: GPL-2.0-or-later
//
// The tables of a recording, and how a file is known to be one (docs/recording-format.md).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "storage/database.h"

namespace tracker {

// In the header of the SQLite file: application_id says that this is a recording ("trkr"),
// user_version which form it has: 2 since there is section cgroup. Files of a newer form are
// refused, older ones stay readable.
inline constexpr uint32_t kApplicationId = 0x74726b72;
inline constexpr uint32_t kFormatVersion = 2;

struct Table {
  std::string_view name;
  // Exactly as in sqlite_schema: a recording whose table was made by other SQL is refused, for
  // columns can hold expressions that run when they are read.
  std::string_view sql;
  bool is_required = true;  // false: recordings made before tracker had it lack it
};

inline constexpr size_t kTableCount = 18;
extern const std::array<Table, kTableCount> kTables;

// Makes the tables of an empty file and marks it as a recording.
Result<void> create_schema(const Database& database);

Result<bool> has_table(const Database& database, std::string_view name);

// That the tables are there (but for those that are not required), and are what create_schema()
// makes.
Result<void> check_schema(const Database& database);

}  // namespace tracker
