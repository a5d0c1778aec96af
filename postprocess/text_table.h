// SPDX-License-Identifier: GPL-2.0-or-later
//
// TextTable: rows of text in aligned columns, two spaces apart, without trailing spaces.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace tracker {

class TextTable {
 public:
  enum class Align { kLeft, kRight };

  // All columns before the first row.
  void add_column(std::string title, Align align);
  // One text per column, safe to print.
  void add_row(std::vector<std::string> row);

  // The titles and all rows, each line ended.
  std::string text() const;
  // Columns of a terminal that the longest line takes.
  size_t width() const;

 private:
  struct Column {
    Align align;
    size_t width;
  };
  void append(const std::vector<std::string>& row, std::string& text) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_{{}};  // the first: titles
};

}  // namespace tracker
