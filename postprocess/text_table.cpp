// SPDX-License-Identifier: GPL-2.0-or-later
#include "postprocess/text_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/check.h"

namespace tracker {

void TextTable::add_column(std::string title, Align align) {
  CHECK(rows_.size() == 1);
  columns_.push_back({align, title.size()});
  rows_.front().push_back(std::move(title));
}

void TextTable::add_row(std::vector<std::string> row) {
  CHECK(row.size() == columns_.size());
  for (size_t i = 0; i < row.size(); ++i) {
    columns_[i].width = std::max(columns_[i].width, row[i].size());
  }
  rows_.push_back(std::move(row));
}

void TextTable::append(const std::vector<std::string>& row, std::string& text) const {
  const auto out = std::back_inserter(text);
  for (size_t i = 0; i < row.size(); ++i) {
    const char* gap = i == 0 ? "" : "  ";
    if (columns_[i].align == Align::kRight) {
      fmt::format_to(out, "{}{:>{}}", gap, row[i], columns_[i].width);
    } else {
      fmt::format_to(out, "{}{:<{}}", gap, row[i], columns_[i].width);
    }
  }
  text.erase(text.find_last_not_of(' ') + 1);
  text += '\n';
}

size_t TextTable::width() const {
  size_t width = 0;
  for (const Column& column : columns_) width += column.width + (width == 0 ? 0 : 2);
  return width;
}

std::string TextTable::text() const {
  std::string text;
  for (const std::vector<std::string>& row : rows_) append(row, text);
  return text;
}

}  // namespace tracker
