// SPDX-License-Identifier: GPL-2.0-or-later
//
// Finds the blocks of a recording whose block table may be damaged: what `db verify` counts and
// what the views show is found by the same search.
#pragma once

#include <cstdint>
#include <optional>
#include <set>

#include "base/result.h"
#include "storage/database.h"

namespace tracker {

struct FoundBlocks {
  std::set<int64_t> ids;         // of rows that are there; the blocks themselves may be damaged
  std::optional<Error> problem;  // what ended the scan from the front, if anything did
  bool is_end_missing = false;   // nothing was found behind the place where that scan ended
};

// From the front, and where that does not reach the end, from the back and by id in between.
FoundBlocks find_blocks(const Database& database);

}  // namespace tracker
