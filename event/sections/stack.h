// SPDX-License-Identifier: GPL-2.0-or-later
//
// Section stack: the kernel's stack at the hit.
#pragma once

#include <cstdint>

namespace tracker {

struct StackSection {
  uint32_t index = 0;  // into Names::stacks

  bool operator==(const StackSection&) const = default;
};

}  // namespace tracker
