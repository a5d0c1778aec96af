// SPDX-License-Identifier: GPL-2.0-or-later
//
// The block table: its list of blocks, and one block's events.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/result.h"
#include "event/event.h"
#include "storage/database.h"
#include "storage/reader.h"

namespace tracker {

// All blocks in the order of their ids, without their data. Fails where one is missing between
// others.
Result<std::vector<BlockInfo>> list_blocks(const Database& database);

class BlockTable {
 public:
  static Result<BlockTable> prepare(const Database& database);

  // The events of the block with that id. Reads and decodes; the errors do not name the block.
  Result<void> read(int64_t id, std::vector<Event>& events);
  // What the row says beside its data; none where it cannot be read or claims nonsense.
  std::optional<BlockInfo> info(int64_t id);

 private:
  BlockTable(Statement select, Statement select_info)
      : select_(std::move(select)), select_info_(std::move(select_info)) {}
  Result<void> decode_row(std::vector<Event>& events);

  Statement select_;
  Statement select_info_;
};

}  // namespace tracker
