// SPDX-License-Identifier: GPL-2.0-or-later
//
// TableReader: reads the rows of one small table from a file that anybody may have made.
//
// Keys must ascend: a page that a hostile file links many times cannot then yield rows without end.
// Text is bounded, one by one and all together (ReadBudget). What does not fit is remembered and
// makes the next next() fail with a sentence that names table, row and column.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/result.h"
#include "storage/database.h"

namespace tracker {

// Memory that the small tables of one recording may take together.
struct ReadBudget {
  size_t bytes = 256U << 20;
};

// Longest text in a table: a command line is bounded by the kernel, a stack by its depth.
inline constexpr size_t kMaxTextBytes = 256U << 10;

// What is stored of a text from outside that nothing else bounds.
constexpr std::string_view clip_text(std::string_view text) {
  return text.substr(0, kMaxTextBytes);
}

enum class Keys {
  kNumbered,   // 0, 1, 2, ...: rows are indices of a list
  kAscending,  // as signed numbers
};

class TableReader {
 public:
  // `sql` selects the key as column 0, in its order.
  static Result<TableReader> open(const Database& database, std::string_view table,
                                  std::string_view sql, Keys keys, ReadBudget& budget);

  // Steps to the next row; false after the last. Fails where the row before held nonsense.
  Result<bool> next();
  // Whether what was taken of the current row so far is what a writer writes.
  Result<void> check_row() const;

  // Values of the current row; 0 or empty, and remembered, where the value has another type or does
  // not fit. 64-bit unsigned numbers are stored as signed ones with the same bits.
  template <typename T>
  T number(int column) {
    if (!statement_.is_integer(column)) return fail<T>(column);
    const int64_t value = statement_.integer(column);
    if constexpr (std::is_same_v<T, uint64_t> || std::is_same_v<T, int64_t>) {
      return static_cast<T>(value);
    } else {
      if (value < static_cast<int64_t>(std::numeric_limits<T>::min()) ||
          value > static_cast<int64_t>(std::numeric_limits<T>::max())) {
        return fail<T>(column);
      }
      return static_cast<T>(value);
    }
  }
  std::string text(int column);
  bool is_null(int column) const { return statement_.is_null(column); }
  // Marks the value as one that cannot be.
  void reject(int column) { wrong_column_ = column; }

 private:
  TableReader(Statement statement, std::string_view table, Keys keys, ReadBudget& budget)
      : statement_(std::move(statement)), table_(table), keys_(keys), budget_(&budget) {}

  template <typename T>
  T fail(int column) {
    reject(column);
    return T{};
  }
  Result<void> check_key();

  Statement statement_;
  std::string table_;
  Keys keys_;
  ReadBudget* budget_;
  bool is_first_ = true;
  int64_t key_ = -1;
  int wrong_column_ = -1;
  bool is_over_budget_ = false;
};

}  // namespace tracker
