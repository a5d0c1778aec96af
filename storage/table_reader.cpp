// SPDX-License-Identifier: GPL-2.0-or-later
#include "storage/table_reader.h"

#include <fmt/format.h>

#include <utility>

namespace tracker {
namespace {

// About what a row costs in memory beside its text.
constexpr size_t kRowBytes = 96;

}  // namespace

Result<TableReader> TableReader::open(const Database& database, std::string_view table,
                                      std::string_view sql, Keys keys, ReadBudget& budget) {
  Result<Statement> statement = database.prepare(sql);
  if (!statement) {
    return with_context(fmt::format("table {}", table), std::move(statement).error());
  }
  return TableReader(std::move(statement).value(), table, keys, budget);
}

Result<void> TableReader::check_row() const {
  if (is_over_budget_) {
    return Error{fmt::format("table {} is larger than any recording's", table_)};
  }
  if (wrong_column_ < 0) return {};
  return Error{
      fmt::format("table {}, row {}: column {} holds what cannot be", table_, key_, wrong_column_)};
}

Result<void> TableReader::check_key() {
  const int64_t key = number<int64_t>(0);
  const bool is_next = keys_ == Keys::kNumbered ? key == key_ + 1 : is_first_ || key > key_;
  if (!is_next || wrong_column_ >= 0) {
    return Error{fmt::format("table {}: row {} follows {}", table_, key, key_)};
  }
  key_ = key;
  is_first_ = false;
  return {};
}

Result<bool> TableReader::next() {
  TRY(check_row());
  Result<bool> stepped = statement_.step();
  if (!stepped) return with_context(fmt::format("table {}", table_), std::move(stepped).error());
  if (!stepped.value()) return false;
  TRY(check_key());
  if (budget_->bytes < kRowBytes) {
    is_over_budget_ = true;
    TRY(check_row());
  }
  budget_->bytes -= kRowBytes;
  return true;
}

std::string TableReader::text(int column) {
  if (!statement_.is_text(column)) return fail<std::string>(column);
  const std::string_view value = statement_.text(column);
  if (value.size() > kMaxTextBytes) return fail<std::string>(column);
  if (value.size() > budget_->bytes) {
    is_over_budget_ = true;
    return {};
  }
  budget_->bytes -= value.size();
  return std::string(value);
}

}  // namespace tracker
