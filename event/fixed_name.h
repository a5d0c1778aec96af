// SPDX-License-Identifier: GPL-2.0-or-later
//
// FixedName: a kernel name of at most 15 characters (task comm, TASK_COMM_LEN; interface,
// IFNAMSIZ), kept inline so that an Event needs no allocation. Bytes after the name are zero: names
// compare bytewise. Content is whatever the kernel or a recording held: render it through
// escape_text().
#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

namespace tracker {

class FixedName {
 public:
  static constexpr size_t kSize = 16;

  FixedName() = default;
  explicit FixedName(std::string_view name) {
    name = name.substr(0, std::min(name.find('\0'), kSize - 1));
    std::copy(name.begin(), name.end(), bytes_.begin());
  }

  std::string_view view() const { return {bytes_.data(), ::strnlen(bytes_.data(), kSize)}; }
  bool empty() const { return bytes_[0] == '\0'; }

  auto operator<=>(const FixedName&) const = default;

 private:
  std::array<char, kSize> bytes_{};
};

}  // namespace tracker
