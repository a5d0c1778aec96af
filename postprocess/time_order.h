// SPDX-License-Identifier: GPL-2.0-or-later
//
// TimeOrder: the events of a recording in the order of their time stamps; those with the same one
// in file order.
//
// Blocks are nearly in time order and the block table says what times each holds, so a block is
// opened when the first of its events may be next and closed after its last: in a recording made by
// `collect` two are open at a time. What stays of an open block is 24 bytes per event; in a hostile
// recording, where every block overlaps every other, that would be 24 bytes per event of the file,
// and a block of 100 bytes can claim 65,536 events: a block that would be one too many is treated
// as one that cannot be read.
//
// A block that cannot be read is left out and remembered: what can be read is shown.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "postprocess/event_fetcher.h"

namespace tracker {

struct EventKey {
  uint64_t timestamp_ns;
  uint64_t packet_id;
  uint32_t ordinal;  // EventFetcher
};

// A block whose events are missing from what was shown.
struct DamagedBlock {
  BlockInfo info;
  std::string problem;  // a sentence that names the block
};

class TimeOrder {
 public:
  // Events of blocks that are open at a time: 256 full blocks, 384 MiB.
  static constexpr size_t kMaxOpenEvents = size_t{16} << 20;

  // Called with each block's events when it is opened, before any of its keys is given.
  using BlockObserver = std::function<void(std::span<const Event>)>;

  // `source` and `fetcher` must outlive this. Blocks of which every event is before `since_ns` or
  // after `until_ns` are not read; of the others all events are given.
  TimeOrder(const BlockSource& source, EventFetcher& fetcher, uint64_t since_ns = 0,
            uint64_t until_ns = UINT64_MAX, BlockObserver observer = {},
            size_t max_open_events = kMaxOpenEvents);
  ~TimeOrder();
  TimeOrder(const TimeOrder&) = delete;
  TimeOrder& operator=(const TimeOrder&) = delete;

  // Replaces `keys` by the next ones, at most `limit`; none at the end.
  void next(std::vector<EventKey>& keys, size_t limit);

  const std::vector<DamagedBlock>& damaged() const { return damaged_; }

 private:
  struct OpenBlock;
  void open(size_t index);
  Result<std::vector<EventKey>> read_keys(size_t index);
  void open_up_to(uint64_t timestamp_ns);

  const BlockSource& source_;
  EventFetcher& fetcher_;
  BlockObserver observer_;
  size_t max_open_events_;
  size_t open_events_ = 0;
  std::vector<size_t> pending_;  // blocks not opened yet, the one with the smallest first_ns last
  std::vector<std::unique_ptr<OpenBlock>> open_;  // a heap, the one with the earliest event first
  std::vector<EventKey> spare_keys_;
  std::vector<DamagedBlock> damaged_;
};

// The sentence for a command to end with where blocks were damaged; `damaged` is not empty.
Error damaged_error(const std::vector<DamagedBlock>& damaged, size_t blocks);

}  // namespace tracker
