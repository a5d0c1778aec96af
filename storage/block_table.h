// SPDX-License-Identifier: GPL-2.0-or-later
//
// The block table: its list of blocks, and one block's events.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "base/result.h"
#include "event/event.h"
#include "storage/database.h"
#include "storage/reader.h"

namespace tracker {

// All blocks in the order of their ids, without their data.
Result<std::vector<BlockInfo>> list_blocks(const Database& database);

class BlockTable {
 public:
  static Result<BlockTable> prepare(const Database& database);

  // The events of the block with that id. Reads and decodes; the errors do not name the block.
  Result<void> read(int64_t id, std::vector<Event>& events);
  // How many events the row of that block claims; 0 where the row cannot be read or claims
  // nonsense.
  uint32_t claimed_events(int64_t id);

 private:
  BlockTable(Statement select, Statement select_count)
      : select_(std::move(select)), select_count_(std::move(select_count)) {}
  Result<void> decode_row(std::vector<Event>& events);

  Statement select_;
  Statement select_count_;
};

}  // namespace tracker
