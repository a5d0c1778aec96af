// SPDX-License-Identifier: GPL-2.0-or-later
//
// Amounts as people read them.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>

namespace tracker {

// "512 B", "12.3 KiB", "1.0 GiB".
inline std::string size_text(uint64_t bytes) {
  if (bytes < 1024) return fmt::format("{} B", bytes);
  double amount = static_cast<double>(bytes);
  const char* unit = "B";
  for (const char* next : {"KiB", "MiB", "GiB", "TiB"}) {
    if (amount < 1024.0) break;
    amount /= 1024.0;
    unit = next;
  }
  return fmt::format("{:.1f} {}", amount, unit);
}

// "41.2 us", "3.214 ms", "3.214 s", "12 min 5 s", "2 h 3 min".
inline std::string duration_text(uint64_t nanoseconds) {
  constexpr uint64_t kSecond = 1'000'000'000;
  constexpr uint64_t kMinute = 60 * kSecond;
  const auto amount = static_cast<double>(nanoseconds);
  if (nanoseconds < kSecond / 1000) return fmt::format("{:.1f} us", amount / 1e3);
  if (nanoseconds < kSecond) return fmt::format("{:.3f} ms", amount / 1e6);
  if (nanoseconds < kMinute) return fmt::format("{:.3f} s", amount / 1e9);
  const uint64_t minutes = nanoseconds / kMinute;
  if (minutes < 60) return fmt::format("{} min {} s", minutes, nanoseconds % kMinute / kSecond);
  return fmt::format("{} h {} min", minutes / 60, minutes % 60);
}

}  // namespace tracker
