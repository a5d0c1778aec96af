// SPDX-License-Identifier: GPL-2.0-or-later
//
// Section drop: why and where the kernel gave the packet up.
#pragma once

#include <cstdint>

namespace tracker {

struct DropSection {
  uint32_t reason = 0;      // whole value, subsystem in the upper 16 bits; meaningful if has_reason
  bool has_reason = false;  // kernels before 5.17 have none
  uint64_t location = 0;    // return address of the call that freed the skb

  bool operator==(const DropSection&) const = default;
};

}  // namespace tracker
