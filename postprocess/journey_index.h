// SPDX-License-Identifier: GPL-2.0-or-later
//
// JourneyIndex: which events of a recording belong to one packet. Exact whatever the order, number
// and ids of the events; a journey is never cut.
//
// Events are numbered in time order. A journey is a chain: the number of its first event, and for
// each event the number of the next one of the same packet. The chains of a whole recording take
// 4 bytes an event, as many again where the file is not in time order, and a bit for "is first".
//
// Building them takes 12 more bytes an event for a while: (packet id, number) is put into one of
// 1,024 partitions by a hash of the id, and each partition, small enough for a cache, is sorted.
// A hash table from id to journey would be simpler, but a flood of drops is one journey per event:
// 10 million entries of 16 bytes at a load of 0.6 are 270 MB; this peaks at 160 MB, 200 MB
// where the file is not in time order.
//
// An event whose packet id is 0 (unknown) is a journey of its own.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "postprocess/time_order.h"

namespace tracker {

// Fails where an index of so many events would take more than half of a machine's memory: a block
// of 100 bytes can claim 65,536 events, and a machine that has run out of memory is worse than a
// sentence.
Result<void> check_index_memory(uint64_t events, uint64_t machine_bytes);
// Of the machine that this runs on.
uint64_t machine_memory_bytes();

class JourneyIndex {
 public:
  // Takes all keys of `order`; `events_expected` is what the block table says, and a bound.
  static JourneyIndex build(TimeOrder& order, uint32_t events_expected);

  // Events, and numbers are less than this.
  uint32_t events() const { return static_cast<uint32_t>(next_.size()); }
  // Whether the event with this number is the first of its packet.
  bool is_first(uint32_t number) const { return is_first_[number]; }
  // The next event of the same packet; kNone after the last.
  uint32_t next(uint32_t number) const { return next_[number]; }
  // Where the event lies in the file.
  uint32_t ordinal(uint32_t number) const { return ordinals_.empty() ? number : ordinals_[number]; }

  static constexpr uint32_t kNone = UINT32_MAX;

 private:
  std::vector<uint32_t> next_;
  std::vector<bool> is_first_;
  std::vector<uint32_t> ordinals_;  // by number; empty where it is the number itself
};

}  // namespace tracker
