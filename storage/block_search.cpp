// SPDX-License-Identifier: GPL-2.0-or-later
#include "storage/block_search.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace tracker {
namespace {

// Ids tried one by one between the last block that a scan reached from the front and the first that
// it reached from the back.
constexpr int64_t kMaxGap = 1'000'000;

// Adds the ids that a scan in that order reaches; the error that ended it, if one did.
std::optional<Error> scan_blocks(const Database& database, std::string_view order,
                                 std::set<int64_t>& ids) {
  Result<Statement> rows =
      database.prepare(fmt::format("SELECT id FROM block ORDER BY id {}", order));
  if (!rows) return rows.error();
  std::optional<int64_t> last;
  while (true) {
    const Result<bool> has_row = rows->step();
    if (!has_row) return has_row.error();
    if (!has_row.value()) return std::nullopt;
    const int64_t id = rows->integer(0);
    const bool is_forward = order == "ASC";
    if (last && (is_forward ? id <= *last : id >= *last)) {
      return Error{fmt::format("row {} follows {}", id, *last)};
    }
    last = id;
    // What the scan from the other side has reached it has reached in order.
    if (!ids.insert(id).second && !is_forward) return std::nullopt;
  }
}

}  // namespace

FoundBlocks find_blocks(const Database& database) {
  FoundBlocks found;
  found.problem = scan_blocks(database, "ASC", found.ids);
  if (!found.problem) return found;
  const int64_t front = found.ids.empty() ? 0 : *found.ids.rbegin();
  (void)scan_blocks(database, "DESC", found.ids);
  const auto next = found.ids.upper_bound(front);
  found.is_end_missing = next == found.ids.end();
  if (found.is_end_missing) return found;
  // Between the two: ids are consecutive, and a look-up may pass where a scan did not.
  const int64_t behind = *next;
  Result<Statement> row = database.prepare("SELECT id FROM block WHERE id = ?");
  if (!row) return found;
  for (int64_t id = front + 1; id < behind && id - front <= kMaxGap; ++id) {
    row->bind(1, id);
    const Result<bool> has_row = row->step();
    if (has_row && has_row.value()) found.ids.insert(id);
    row->reset();
  }
  return found;
}

}  // namespace tracker
