// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/shell_quote.h"

namespace tracker {

std::string shell_quoted(const std::string& value) {
  const bool is_plain = value.find_first_not_of(
                            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                            "_-+=.,:/@%") == std::string::npos;
  if (is_plain && !value.empty()) return value;
  std::string text = "'";
  for (const char c : value) {
    if (c == '\'') {
      text += "'\\''";
    } else {
      text += c;
    }
  }
  return text + "'";
}

}  // namespace tracker
