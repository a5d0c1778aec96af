// SPDX-License-Identifier: GPL-2.0-or-later
//
// FunctionTarget: a function as the user types it, taken apart but not looked up.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "probes/rung.h"

namespace tracker {

struct FunctionTarget {
  std::string type;                // "fn", "fentry", "kprobe", "fexit", "kretprobe"
  std::optional<Rung> rung;        // that the type names; none: the best
  std::string module;              // as typed, may hold wildcards; empty: vmlinux and all modules
  std::vector<std::string> names;  // of which the first that exists is taken; may hold wildcards
  bool is_return = false;          // "%return" was appended, or the type is of returns only
  bool stack = false;              // "/stack" was appended

  bool has_wildcard() const;
  // As typed, without "/stack".
  std::string text() const;

  bool operator==(const FunctionTarget&) const = default;
};

// Behind the name of a function: its return ("fn:ip_rcv%return").
inline constexpr std::string_view kReturnMark = "%return";

// Parses "fn:[MODULE/]NAME[|NAME...][%return][/stack]" and, without %return, the same behind
// "fentry:", "kprobe:", "fexit:" and "kretprobe:". Wrong usage otherwise: names are letters,
// digits, underscores and dots (gcc's .isra.0), with the wildcards * and ?.
Result<FunctionTarget> parse_function_target(std::string_view text);

}  // namespace tracker
