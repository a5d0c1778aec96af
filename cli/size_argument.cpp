// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/size_argument.h"

#include <fmt/format.h>

#include <charconv>

namespace tracker {

Result<uint64_t> parse_size(const std::string& text) {
  uint64_t number = 0;
  const char* end = text.data() + text.size();
  auto [rest, failed] = std::from_chars(text.data(), end, number);
  std::string unit(rest, end);
  int shift = unit.empty() ? 0 : unit == "K" ? 10 : unit == "M" ? 20 : unit == "G" ? 30 : -1;
  if (failed != std::errc() || shift < 0 || number > (UINT64_MAX >> 30))
    return wrong_usage(fmt::format("'{}' is not a size: a number with K, M or G is", text));
  return number << shift;
}

}  // namespace tracker
