// SPDX-License-Identifier: GPL-2.0-or-later
//
// Numbers as both text and JSON show them.
#pragma once

#include <cstdint>
#include <string>

namespace tracker {

// "0x0800": four digits.
inline std::string hex_text(uint16_t number) {
  std::string text = "0x0000";
  for (size_t i = 0; i < 4; ++i) text[5 - i] = "0123456789abcdef"[number >> (4 * i) & 0xf];
  return text;
}

}  // namespace tracker
