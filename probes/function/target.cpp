// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/function/target.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

namespace tracker {
namespace {

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '_' || c == '.' || c == '*' || c == '?';
  });
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

Error malformed(std::string_view text) {
  return wrong_usage(
      fmt::format("'{}' is not a probe: a function is written fn:NAME or fn:MODULE/NAME, for "
                  "instance fn:ip_rcv",
                  text));
}

}  // namespace

bool FunctionTarget::has_wildcard() const {
  return fmt::format("{}{}", module, fmt::join(names, "")).find_first_of("*?") != std::string::npos;
}

std::string FunctionTarget::text() const {
  return fmt::format("{}:{}{}{}", type, module, module.empty() ? "" : "/", fmt::join(names, "|"));
}

Result<FunctionTarget> parse_function_target(std::string_view text) {
  constexpr std::string_view kStack = "/stack";
  FunctionTarget target;
  std::string_view rest = text;
  const size_t colon = rest.find(':');
  if (colon == std::string_view::npos) return malformed(text);
  target.type = rest.substr(0, colon);
  target.rung = rung_of(target.type);
  rest.remove_prefix(colon + 1);
  if (target.type == "fexit" || target.type == "kretprobe" || rest.ends_with("%return"))
    return wrong_usage(
        fmt::format("'{}': returns of functions cannot be watched yet, their beginnings can: fn:{}",
                    text, rest.substr(0, rest.find('%'))));
  if (rest.ends_with(kStack)) {
    target.stack = true;
    rest.remove_suffix(kStack.size());
  }
  const size_t slash = rest.find('/');
  if (slash != std::string_view::npos) {
    target.module = rest.substr(0, slash);
    rest.remove_prefix(slash + 1);
    if (!is_name(target.module)) return malformed(text);
  }
  target.names = split(rest, '|');
  if (!std::all_of(target.names.begin(), target.names.end(), is_name)) return malformed(text);
  if (target.names.size() > 1 && target.has_wildcard())
    return wrong_usage(fmt::format(
        "'{}': of alternatives the first that exists is taken, which wildcards do not name", text));
  return target;
}

}  // namespace tracker
