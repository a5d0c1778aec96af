// SPDX-License-Identifier: GPL-2.0-or-later
//
// Which functions are given several skbs at once, and by which argument.
#pragma once

#include <cstdint>
#include <string_view>

#include "probes/record.h"

namespace tracker {

// Positions of the first argument of each type, as BTF has them; -1: there is none.
struct SkbListPositions {
  int queue = -1;      // struct sk_buff_head *
  int list_head = -1;  // struct list_head *
};

struct SkbList {
  uint64_t kind = LIST_NONE;  // LIST_ in record.h
  int position = -1;
};

// By types, and by the function's name where its types do not tell: a struct list_head can hold
// anything, a struct sk_buff * can be the first of several, most take one skb out of a queue.
// `skb`: position of that one, or -1.
SkbList skb_list_of(std::string_view function, int skb, const SkbListPositions& lists);

}  // namespace tracker
