// SPDX-License-Identifier: GPL-2.0-or-later
//
// The arguments that a probe's program finds something in, for a reader.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "probes/probe_point.h"

namespace tracker {

struct PointArgument {
  std::string_view name;  // "skb", "skbs" (a list of them), "sock", "net", "dev", "hook", "reason",
                          // "location", "rc"
  unsigned position = 0;  // counts from 0
  bool is_pointed_to = false;  // it lies in what the argument points to

  bool operator==(const PointArgument&) const = default;
};

// What the point's program is told, the skb first.
std::vector<PointArgument> arguments_of(const ProbePoint& point);

// "skb sock reason": the names.
std::string argument_names(const std::vector<PointArgument>& arguments);

// The one that brings the packet, or several; null: there is none.
const PointArgument* find_skb(const std::vector<PointArgument>& arguments);

}  // namespace tracker
