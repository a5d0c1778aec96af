// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/fit_columns.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/say.h"

namespace tracker {
namespace {

constexpr size_t kUnknownWidth = 80;
constexpr size_t kDeeper = 4;
// Below this a line that goes on has hardly room for a word: such a terminal breaks lines itself.
constexpr size_t kLeastColumns = 20;
// A line that begins further right is left to the terminal for the same reason.
constexpr size_t kLeastRoom = 10;

// Bytes of the character at the beginning of `text`: of an escape sequence ("\e[31m"), else of one
// character of UTF-8.
size_t unit_size(std::string_view text) {
  if (text.starts_with("\033[")) {
    const size_t end = text.find('m');
    return end == std::string_view::npos ? text.size() : end + 1;
  }
  size_t size = 1;
  while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) ++size;
  return size;
}

size_t unit_columns(std::string_view unit) { return unit.front() == '\033' ? 0 : 1; }

// Where to end a line of at most `columns`: at its end if it fits, else after the last word that
// does, else within the word.
size_t break_at(std::string_view line, size_t columns) {
  size_t used = 0;
  size_t at = 0;
  size_t after_word = 0;
  while (true) {
    if (at == line.size()) return at;
    const size_t size = unit_size(line.substr(at));
    used += unit_columns(line.substr(at, size));
    if (line[at] == ' ' && used <= columns + 1 && at > 0 && line[at - 1] != ' ') after_word = at;
    if (used > columns) break;
    at += size;
  }
  return after_word != 0 ? after_word : std::max<size_t>(at, 1);
}

void append_fitted(std::string& fitted, std::string_view line, size_t columns) {
  const size_t begin = std::min(line.find_first_not_of(' '), line.size());
  const std::string indent(std::min(begin + kDeeper, std::max(begin, columns - kLeastRoom)), ' ');
  size_t room = columns - begin;
  fitted += line.substr(0, begin);
  line.remove_prefix(begin);
  while (true) {
    const size_t end = break_at(line, room);
    fitted += line.substr(0, end);
    line.remove_prefix(std::min(line.find_first_not_of(' ', end), line.size()));
    if (line.empty()) return;
    fitted += "\n" + indent;
    room = columns - indent.size();
  }
}

}  // namespace

size_t terminal_columns(int fd) {
  if (::isatty(fd) == 0) return 0;
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kUnknownWidth;
  return size.ws_col;
}

std::string fit_columns(std::string text, size_t columns) {
  if (columns < kLeastColumns) return text;
  std::string fitted;
  std::string_view rest = text;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    if (line.size() <= columns || line.find_first_not_of(' ') >= columns - kLeastRoom) {
      fitted += line;
    } else {
      append_fitted(fitted, line, columns);
    }
    if (end == rest.size()) break;
    fitted += '\n';
    rest.remove_prefix(end + 1);
  }
  return fitted;
}

void say_fitted(std::string text) {
  say(fit_columns(std::move(text), terminal_columns(STDERR_FILENO)));
}

}  // namespace tracker
