// SPDX-License-Identifier: GPL-2.0-or-later
#include "profiles/toml_lists.h"

#include <fmt/format.h>

#include <optional>
#include <sstream>
#include <string_view>
#include <utility>

namespace tracker {

namespace {

constexpr std::string_view kBlanks = " \t\r";

// The first of `wanted` at or after `from` that stands outside quotes, where a comment is outside
// them too; npos where there is none. Strings do not span lines.
size_t find_outside_quotes(std::string_view line, std::string_view wanted, size_t from) {
  char quote = 0;
  for (size_t i = from; i < line.size(); ++i) {
    if (quote == 0 && wanted.find(line[i]) != std::string_view::npos) return i;
    if (quote == 0 && line[i] == '#') return std::string_view::npos;
    if (quote == '"' && line[i] == '\\') {
      ++i;  // whatever is escaped does not end the string
    } else if (quote != 0) {
      if (line[i] == quote) quote = 0;
    } else if (line[i] == '"' || line[i] == '\'') {
      quote = line[i];
    }
  }
  return std::string_view::npos;
}

// Where the list that a line begins has its '[', if it begins one and does not end it.
std::optional<size_t> open_list(std::string_view line) {
  const size_t equals = find_outside_quotes(line, "=", 0);
  if (equals == std::string_view::npos) return std::nullopt;
  const size_t bracket = line.find_first_not_of(kBlanks, equals + 1);
  if (bracket == std::string_view::npos || line[bracket] != '[') return std::nullopt;
  if (find_outside_quotes(line, "]", bracket) != std::string_view::npos) return std::nullopt;
  return bracket;
}

// Without blanks around it and without the comment at its end.
std::string_view values_of(std::string_view line) {
  line = line.substr(0, find_outside_quotes(line, "#", 0));
  const size_t first = line.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(kBlanks) - first + 1);
}

void drop_last_comma(std::string& list) {
  const size_t last = list.find_last_not_of(kBlanks);
  if (last != std::string::npos && list[last] == ',') list.erase(last);
}

}  // namespace

Result<std::string> join_lists(const std::string& text) {
  std::string joined;
  std::string list;  // the one that is open
  size_t list_line = 0;
  std::istringstream lines(text);
  size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (list_line == 0) {
      const auto bracket = open_list(line);
      if (!bracket) {
        joined += line + "\n";
        continue;
      }
      list_line = number;
      list = line.substr(0, *bracket + 1);
      list += values_of(std::string_view(line).substr(*bracket + 1));
      continue;
    }
    // No option has lists of lists: this is the next section.
    const size_t first = line.find_first_not_of(kBlanks);
    if (first != std::string::npos && line[first] == '[') break;
    const size_t end = find_outside_quotes(line, "]", 0);
    list += values_of(std::string_view(line).substr(0, end));
    if (end == std::string::npos) continue;
    drop_last_comma(list);
    joined += list + line.substr(end) + "\n";
    list_line = 0;
  }
  if (list_line != 0) return Error{fmt::format("the list in line {} is not closed", list_line)};
  return joined;
}

}  // namespace tracker
