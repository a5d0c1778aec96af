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
                  "instance fn:ip_rcv, and its return fn:ip_rcv%return",
                  text));
}

// Of a type that names one end of the function already.
Error return_of_a_rung(std::string_view text, Rung rung, std::string_view rest) {
  const std::string_view name = rest.substr(0, rest.size() - kReturnMark.size());
  const bool is_trampoline = rung == Rung::kFentry || rung == Rung::kFexit;
  return wrong_usage(fmt::format("'{}': the return of a function is written fn:{}{} or {}:{}", text,
                                 name, kReturnMark, is_trampoline ? "fexit" : "kretprobe", name));
}

}  // namespace

bool FunctionTarget::has_wildcard() const {
  return fmt::format("{}{}", module, fmt::join(names, "")).find_first_of("*?") != std::string::npos;
}

std::string FunctionTarget::text() const {
  return fmt::format("{}:{}{}{}{}", type, module, module.empty() ? "" : "/", fmt::join(names, "|"),
                     is_return && !rung ? kReturnMark : "");
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
  if (rest.ends_with(kStack)) {
    target.stack = true;
    rest.remove_suffix(kStack.size());
  }
  if (target.rung) target.is_return = rung_of_beginning(*target.rung).has_value();
  if (rest.ends_with(kReturnMark)) {
    if (target.rung) return return_of_a_rung(text, *target.rung, rest);
    target.is_return = true;
    rest.remove_suffix(kReturnMark.size());
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
