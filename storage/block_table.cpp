// SPDX-License-Identifier: GPL-2.0-or-later
#include "storage/block_table.h"

#include <fmt/format.h>

#include <utility>

#include "storage/block_decoder.h"
#include "storage/block_format.h"

namespace tracker {

Result<std::vector<BlockInfo>> list_blocks(const Database& database) {
  TRY_ASSIGN(rows, database.prepare("SELECT id, events, first_ns, last_ns, length(data) "
                                    "FROM block ORDER BY id"));
  std::vector<BlockInfo> blocks;
  while (true) {
    Result<bool> has_row = rows.step();
    if (!has_row) return with_context("table block", std::move(has_row).error());
    if (!has_row.value()) return blocks;
    const int64_t events = rows.integer(1);
    // Ids that do not ascend mean pages that are linked more than once: rows without end.
    if (!blocks.empty() && rows.integer(0) <= blocks.back().id) {
      return Error{
          fmt::format("table block: row {} follows {}", rows.integer(0), blocks.back().id)};
    }
    // The writer numbers them without a gap.
    const int64_t expected = blocks.empty() ? 1 : blocks.back().id + 1;
    if (rows.integer(0) != expected) {
      return Error{fmt::format("table block: block {} is missing", expected)};
    }
    if (events < 1 || events > kMaxBlockEvents) {
      return Error{fmt::format("block {} claims {} events; a block has 1 to {}", rows.integer(0),
                               events, kMaxBlockEvents)};
    }
    blocks.push_back({rows.integer(0), static_cast<uint32_t>(events), rows.unsigned_integer(2),
                      rows.unsigned_integer(3), rows.unsigned_integer(4)});
  }
}

Result<BlockTable> BlockTable::prepare(const Database& database) {
  TRY_ASSIGN(select,
             database.prepare("SELECT events, first_ns, last_ns, data FROM block WHERE id = ?"));
  TRY_ASSIGN(select_info,
             database.prepare("SELECT events, first_ns, last_ns, length(data) FROM block "
                              "WHERE id = ?"));
  return BlockTable(std::move(select), std::move(select_info));
}

std::optional<BlockInfo> BlockTable::info(int64_t id) {
  std::optional<BlockInfo> info;
  select_info_.bind(1, id);
  const Result<bool> has_row = select_info_.step();
  const int64_t events = has_row && has_row.value() ? select_info_.integer(0) : 0;
  if (events >= 1 && events <= kMaxBlockEvents) {
    info = BlockInfo{id, static_cast<uint32_t>(events), select_info_.unsigned_integer(1),
                     select_info_.unsigned_integer(2), select_info_.unsigned_integer(3)};
  }
  select_info_.reset();
  return info;
}

Result<void> BlockTable::read(int64_t id, std::vector<Event>& events) {
  select_.bind(1, id);
  Result<bool> has_row = select_.step();
  Result<void> result;
  if (!has_row) {
    result = std::move(has_row).error();
  } else if (!has_row.value()) {
    result = Error{"it is not there any more"};
  } else {
    result = decode_row(events);
  }
  select_.reset();
  return result;
}

Result<void> BlockTable::decode_row(std::vector<Event>& events) {
  const int64_t count = select_.integer(0);
  if (count < 1 || count > kMaxBlockEvents || !select_.is_blob(3)) {
    return Error{"its row holds what cannot be"};
  }
  const BlockClaim claim{static_cast<uint32_t>(count), select_.unsigned_integer(1),
                         select_.unsigned_integer(2)};
  return decode_block(select_.blob(3), claim, events);
}

}  // namespace tracker
