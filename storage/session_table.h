// SPDX-License-Identifier: GPL-2.0-or-later
//
// Session in a recording: one row of plain values, and tables of clocks, attachments, counters and
// losses, each rewritten where it changed.
#pragma once

#include "base/result.h"
#include "event/session.h"
#include "storage/database.h"
#include "storage/table_reader.h"

namespace tracker {

class SessionTables {
 public:
  static Result<SessionTables> prepare(const Database& database);

  // Makes the tables hold `session`, inside the caller's transaction. Where that fails or is rolled
  // back, forget() must follow: then everything is written again.
  Result<void> store(const Session& session);
  void forget();

 private:
  SessionTables() = default;
  Result<void> store_session(const Session& session);
  Result<void> store_clocks(const Session& session);
  Result<void> store_attachments(const Session& session);
  Result<void> store_stack_budget(const Session& session);
  Result<void> store_companions(const Session& session);
  Result<void> store_shared_programs(const Session& session);
  Result<void> store_counters(const Session& session);
  Result<void> store_losses(const Session& session);

  Statement session_, stack_budget_, clock_, attachment_, companion_, companion_untracked_,
      shared_program_, counter_, loss_;
  Statement shrink_clock_, shrink_attachment_, shrink_companion_, shrink_shared_program_,
      shrink_counter_, shrink_loss_;
  Session stored_;  // what the file holds, as far as is_known_
  bool is_known_ = false;
};

// Reads what SessionTables wrote into `session`. Bounded. Where a table is damaged, its rows before
// the damage and all other tables are read; the error names the first such table.
Result<void> load_session(const Database& database, ReadBudget& budget, Session& session);

}  // namespace tracker
