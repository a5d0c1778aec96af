// SPDX-License-Identifier: GPL-2.0-or-later
//
// Section netns: the network namespace that the skb is in.
#pragma once

#include <cstdint>

namespace tracker {

struct NetnsSection {
  uint32_t inum = 0;    // used again after the namespace is gone
  uint64_t cookie = 0;  // never used again while the host is up

  bool operator==(const NetnsSection&) const = default;
};

}  // namespace tracker
