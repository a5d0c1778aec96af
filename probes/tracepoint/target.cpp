// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/tracepoint/target.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace tracker {

namespace {

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '_' || c == '*' || c == '?';
  });
}

}  // namespace

bool Target::has_wildcard() const {
  return (group + name).find_first_of("*?") != std::string::npos;
}

std::string Target::text() const { return fmt::format("tp:{}:{}", group, name); }

Result<Target> parse_target(std::string_view text) {
  constexpr std::string_view kStack = "/stack";
  constexpr std::string_view kForm =
      "a probe is written tp:GROUP:NAME, for instance tp:skb:kfree_skb, or fn:FUNCTION, for "
      "instance "
      "fn:ip_rcv";
  Target target;
  std::string_view rest = text;
  if (rest.ends_with(kStack)) {
    target.stack = true;
    rest.remove_suffix(kStack.size());
  }
  size_t first = rest.find(':');
  size_t second = first == std::string_view::npos ? first : rest.find(':', first + 1);
  if (second == std::string_view::npos || rest.substr(0, first) != "tp")
    return wrong_usage(fmt::format("'{}' is not a probe: {}", text, kForm));
  target.group = rest.substr(first + 1, second - first - 1);
  target.name = rest.substr(second + 1);
  if (!is_name(target.group) || !is_name(target.name))
    return wrong_usage(fmt::format("'{}' is not a probe: {}", text, kForm));
  return target;
}

}  // namespace tracker
