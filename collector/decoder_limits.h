// SPDX-License-Identifier: GPL-2.0-or-later
//
// How many different words a collection keeps, however long it runs.
#pragma once

#include <cstddef>
#include <cstdint>

#include "event/session.h"

namespace tracker {

// With stacks as deep as the kernel's (64 frames) the first is the largest: 16,384 of them are
// 16 MiB, and as many symbols as a kernel has places that stacks go through.
struct DecoderLimits {
  size_t stacks = 16'384;
  // Of drops of one reason and place: one that drops all day is reached by many ways, and must not
  // take the room of a rare drop's stack.
  size_t stacks_of_place = SIZE_MAX;
  size_t symbols = 65'536;
  size_t interfaces = 65'536;
  size_t cgroups = 16'384;
};

// Of a collection that takes stacks within that budget.
inline DecoderLimits limits_of(const StackBudget& budget) {
  constexpr size_t kBudgetStacksOfPlace = 256;
  DecoderLimits limits;
  if (!budget.is_nothing()) limits.stacks_of_place = kBudgetStacksOfPlace;
  return limits;
}

// What was left out of events for want of room within those limits.
struct LeftOut {
  uint64_t stacks = 0;      // events with an empty stack in place of the one that was taken
  uint64_t symbols = 0;     // addresses (each time) that stay numbers
  uint64_t interfaces = 0;  // names (each time); events have the name that they saw themselves
  uint64_t cgroups = 0;     // paths (each time); events have the number

  bool operator==(const LeftOut&) const = default;
};

}  // namespace tracker
