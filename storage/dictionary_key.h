// SPDX-License-Identifier: GPL-2.0-or-later
//
// Names and addresses as words of a dictionary's key (dictionary.h).
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include "event/fixed_name.h"

namespace tracker {

// 16 bytes as two words.
inline std::array<uint64_t, 2> words_of(const std::array<uint8_t, 16>& bytes) {
  std::array<uint64_t, 2> words{};
  std::memcpy(words.data(), bytes.data(), sizeof(words));
  return words;
}

inline std::array<uint64_t, 2> words_of(const FixedName& name) {
  static_assert(sizeof(FixedName) == 16);
  std::array<uint64_t, 2> words{};
  std::memcpy(words.data(), &name, sizeof(words));
  return words;
}

}  // namespace tracker
