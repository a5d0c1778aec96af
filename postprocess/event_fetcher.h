// SPDX-License-Identifier: GPL-2.0-or-later
//
// EventFetcher: events by their place in the file, in any order, in bounded memory and time.
//
// An event's place is its ordinal: events are counted through all blocks in file order. A block can
// only be decoded whole (some 10 ms for 65,536 events), so whoever wants events in another order
// asks for many at once: each block that they lie in is decoded at most once per fetch, and not at
// all while it is still in memory. A hostile recording whose journeys touch every block so costs
// one reading of the file per kBatchEvents events, not one block per event.
//
// Decoded blocks take at most `budget_bytes` (or one block, where that is larger); rows of blocks
// that did not fit are copied.
#pragma once

#include <cstdint>
#include <list>
#include <span>
#include <unordered_map>
#include <vector>

#include "postprocess/block_source.h"

namespace tracker {

class EventFetcher {
 public:
  // What callers should fetch at once: large enough to use a decoded block well, small enough that
  // copies of all of them (0.5 kB each) stay small.
  static constexpr size_t kBatchEvents = 32'768;
  static constexpr size_t kDefaultBudgetBytes = 72U << 20;  // two full blocks

  // `source` must outlive the fetcher.
  explicit EventFetcher(const BlockSource& source, size_t budget_bytes = kDefaultBudgetBytes);

  // Fails where the recording says to hold more events than an ordinal can count (2^32 - 1).
  static Result<void> check_size(const BlockSource& source);

  // The ordinal of the first event of a block.
  uint32_t first_ordinal(size_t block) const { return first_ordinals_[block]; }
  // Events of all blocks, as the block table says.
  uint32_t total_events() const { return first_ordinals_.back(); }

  // All events of a block, in file order; valid until the next call of block() or fetch().
  Result<std::span<const Event>> block(size_t index);

  // The events with these ordinals, in that order; valid until the next call of block() or fetch().
  Result<std::span<const Event* const>> fetch(std::span<const uint32_t> ordinals);

  // Blocks decoded so far, for tests of the bound above.
  uint64_t blocks_decoded() const { return blocks_decoded_; }

 private:
  struct Decoded {
    size_t index = 0;
    std::vector<Event> events;
    size_t bytes = 0;
    uint64_t used_by = 0;  // number of the last fetch that wanted it; the one that runs: must stay
  };
  using DecodedList = std::list<Decoded>;
  // A run of wanted_ that lies in one block.
  struct Group {
    size_t block;
    size_t begin;
    size_t end;
  };
  struct Wanted {
    uint32_t ordinal;
    uint32_t position;  // in the answer
  };

  Decoded* find(size_t index);
  void use(Decoded& decoded);
  Decoded& keep(Decoded decoded);
  Result<void> decode(size_t index, Decoded& decoded);
  Decoded take_spare();
  bool make_room(size_t bytes);
  void group_by_block(std::span<const uint32_t> ordinals);
  void point_into(const Decoded& decoded, const Group& group);
  void copy_from(const Decoded& decoded, const Group& group);
  Result<void> fetch_group(const Group& group);

  const BlockSource& source_;
  size_t budget_bytes_;
  std::vector<uint32_t> first_ordinals_;  // and the total as last
  // Most recently used first: what the fetch that runs uses stands before all others.
  DecodedList cache_;
  std::unordered_map<size_t, DecodedList::iterator> places_;  // in cache_, by block
  size_t cached_bytes_ = 0;
  size_t largest_bytes_ = 0;  // of a block decoded so far
  uint64_t fetch_number_ = 0;
  DecodedList spare_;  // evicted, kept for its capacities
  std::vector<Wanted> wanted_;
  std::vector<Group> groups_;
  std::vector<const Event*> found_;
  std::vector<Event> copies_;
  size_t copies_used_ = 0;
  uint64_t blocks_decoded_ = 0;
};

}  // namespace tracker
