// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/shell_quote.h"

namespace tracker {

std::string single_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string shell_quoted(const std::string& value) {
  const bool is_plain = value.find_first_not_of(
                            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                            "_-+=.,:/@%") == std::string::npos;
  return is_plain && !value.empty() ? value : single_quoted(value);
}

}  // namespace tracker
