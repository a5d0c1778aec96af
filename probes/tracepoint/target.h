// SPDX-License-Identifier: GPL-2.0-or-later
//
// Target: a probe as the user types it, taken apart but not looked up.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace tracker {

struct Target {
  std::string group;   // "skb"; may hold wildcards
  std::string name;    // "kfree_skb"; may hold wildcards
  bool stack = false;  // "/stack" was appended

  bool has_wildcard() const;
  // As typed, without "/stack": "tp:skb:kfree_skb".
  std::string text() const;

  bool operator==(const Target&) const = default;
};

// Parses "tp:GROUP:NAME" with an optional "/stack". Wrong usage otherwise: names are letters,
// digits and underscores, with the wildcards * and ?.
Result<Target> parse_target(std::string_view text);

}  // namespace tracker
