// SPDX-License-Identifier: GPL-2.0-or-later
//
// escape_text (render.h): hostile bytes made safe for a terminal and for JSON.
#include <fmt/format.h>

#include <cstdint>
#include <iterator>

#include "event/render.h"

namespace tracker {
namespace {

// Decodes one UTF-8 sequence at the start of `text`. Its length, or 0 where it is not valid
// (overlong, surrogate, beyond U+10FFFF, cut off).
size_t decode_utf8(std::string_view text, uint32_t& code_point) {
  const auto first = static_cast<uint8_t>(text[0]);
  size_t length = 1;
  uint32_t smallest = 0;
  if (first < 0x80) {
    code_point = first;
    return 1;
  }
  if (first >= 0xc2 && first < 0xe0) {
    length = 2, smallest = 0x80, code_point = first & 0x1fU;
  } else if (first >= 0xe0 && first < 0xf0) {
    length = 3, smallest = 0x800, code_point = first & 0xfU;
  } else if (first >= 0xf0 && first < 0xf5) {
    length = 4, smallest = 0x10000, code_point = first & 0x7U;
  } else {
    return 0;
  }
  if (text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    const auto next = static_cast<uint8_t>(text[i]);
    if ((next & 0xc0) != 0x80) return 0;
    code_point = code_point << 6 | (next & 0x3fU);
  }
  const bool is_surrogate = code_point >= 0xd800 && code_point < 0xe000;
  return code_point < smallest || code_point > 0x10ffff || is_surrogate ? 0 : length;
}

// Control characters (C0, DEL, C1), line separators, and what turns the direction of text or
// hides it: all of these can make a terminal show something other than the name.
bool is_unsafe(uint32_t code_point) {
  return code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0) ||
         (code_point >= 0x200b && code_point <= 0x200f) ||
         (code_point >= 0x2028 && code_point <= 0x202e) ||
         (code_point >= 0x2060 && code_point <= 0x2069) || code_point == 0xfeff;
}

}  // namespace

std::string escape_text(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  while (!text.empty()) {
    uint32_t code_point = 0;
    const size_t length = decode_utf8(text, code_point);
    const size_t taken = length == 0 ? 1 : length;
    if (length != 0 && !is_unsafe(code_point)) {
      safe += text.substr(0, taken);
    } else {
      for (const char byte : text.substr(0, taken)) {
        fmt::format_to(std::back_inserter(safe), "\\x{:02x}", static_cast<uint8_t>(byte));
      }
    }
    text.remove_prefix(taken);
  }
  return safe;
}

}  // namespace tracker
