// SPDX-License-Identifier: GPL-2.0-or-later
//
// Section dev: the device that the skb is at.
#pragma once

#include <cstdint>

#include "event/fixed_name.h"

namespace tracker {

struct DevSection {
  uint32_t ifindex = 0;
  uint32_t rx_ifindex = 0;  // skb->skb_iif; 0: not received on any
  FixedName name;

  bool operator==(const DevSection&) const = default;
};

}  // namespace tracker
