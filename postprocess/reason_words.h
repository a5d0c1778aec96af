// SPDX-License-Identifier: GPL-2.0-or-later
//
// The words for drop reasons, as data. reason_text.h looks them up.
//
// A sentence is printed wherever its reason (at its place) is, so it must be true in every
// situation in which a kernel gives the reason there. Where there are several causes it names them,
// the likely one first. Before changing one, read the callers in the kernels that are tested.
#pragma once

#include <span>
#include <string_view>

namespace tracker {

struct ReasonWords {
  std::string_view reason;
  std::string_view text;
};

// Sorted by reason. The core's names are those of enum skb_drop_reason without SKB_DROP_REASON_;
// a subsystem's keep their prefix (OVS_DROP_, QDISC_DROP_, RX_DROP_), so no two are the same.
std::span<const ReasonWords> core_reason_words();
std::span<const ReasonWords> subsystem_reason_words();

// What a reason means in one function, where that says more than the reason alone.
struct PlaceWords {
  std::string_view function;
  std::string_view reason;
  std::string_view text;
};

std::span<const PlaceWords> place_reason_words();

}  // namespace tracker
