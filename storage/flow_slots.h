// SPDX-License-Identifier: GPL-2.0-or-later
//
// FlowSlots: which slot of BlockReferences a packet without a reference of its own is compared
// with. Only the encoder chooses; a slot that fits badly costs bytes and no correctness.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "storage/block_format.h"
#include "storage/dictionary.h"

namespace tracker {

class FlowSlots {
 public:
  FlowSlots() : places_(kMaxFlowSlots) {}

  // The slot of the flow with that hash; `slots`, the number of slots in use, for one that has none
  // yet. A flow has one of a few places after the one its hash names; where all are taken it
  // displaces another flow, which makes both their differences larger and no more.
  uint32_t find(uint64_t hash, size_t slots) {
    constexpr size_t kTries = 4;
    for (size_t i = 0; i < kTries; ++i) {
      Place& place = places_[(hash + i) % kMaxFlowSlots];
      if (place.slot == kNoIndex) place = {hash, static_cast<uint32_t>(slots)};
      if (place.hash == hash) return place.slot;
    }
    Place& place = places_[hash % kMaxFlowSlots];
    place.hash = hash;
    return place.slot;
  }

  void clear() { std::ranges::fill(places_, Place{}); }

 private:
  struct Place {
    uint64_t hash = 0;
    uint32_t slot = kNoIndex;
  };

  std::vector<Place> places_;
};

}  // namespace tracker
