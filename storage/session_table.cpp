// SPDX-License-Identifier: GPL-2.0-or-later
#include "storage/session_table.h"

#include <string_view>
#include <utility>
#include <vector>

#include "storage/schema.h"

namespace tracker {
namespace {

// Writes the rows of a list that differ from what the file holds, and deletes those past its end.
template <typename Row, typename Write>
Result<void> store_list(const std::vector<Row>& rows, std::vector<Row>& stored, bool is_known,
                        Statement& shrink, Write write) {
  for (size_t i = 0; i < rows.size(); ++i) {
    if (is_known && i < stored.size() && rows[i] == stored[i]) continue;
    TRY(write(i, rows[i]));
  }
  if (!is_known || stored.size() > rows.size()) TRY(shrink.bind_unsigned(1, rows.size()).run());
  stored = rows;
  return {};
}

Result<void> load_row(const Database& database, ReadBudget& budget, Session& session) {
  TRY_ASSIGN(rows, TableReader::open(database, "session",
                                     "SELECT id, tracker_version, hostname, kernel_release, "
                                     "kernel_version, machine, command_line, timezone, "
                                     "utc_offset_seconds, cpus, start_ns, end_ns, end_reason "
                                     "FROM session ORDER BY id",
                                     Keys::kNumbered, budget));
  TRY_ASSIGN(has_row, rows.next());
  if (!has_row) return Error{"table session is empty"};
  session.tracker_version = rows.text(1);
  session.hostname = rows.text(2);
  session.kernel_release = rows.text(3);
  session.kernel_version = rows.text(4);
  session.machine = rows.text(5);
  session.command_line = rows.text(6);
  session.timezone = rows.text(7);
  session.utc_offset_seconds = rows.number<int32_t>(8);
  session.cpus = rows.number<uint32_t>(9);
  session.start_ns = rows.number<uint64_t>(10);
  session.end_ns = rows.number<uint64_t>(11);
  session.end_reason = rows.text(12);
  if (auto sound = rows.check_row(); !sound) {
    session = Session{};
    return sound;
  }
  TRY_ASSIGN(has_more, rows.next());
  if (has_more) return Error{"table session has more than one row"};
  return {};
}

// No row: there was no budget. Recordings made before tracker had one lack the table.
Result<void> load_stack_budget(const Database& database, ReadBudget& budget, Session& session) {
  TRY_ASSIGN(has_it, has_table(database, "stack_budget"));
  if (!has_it) return {};
  TRY_ASSIGN(rows, TableReader::open(database, "stack_budget",
                                     "SELECT id, first, per_second FROM stack_budget ORDER BY id",
                                     Keys::kNumbered, budget));
  TRY_ASSIGN(has_row, rows.next());
  if (!has_row) return {};
  const StackBudget stacks{rows.number<uint32_t>(1), rows.number<uint32_t>(2)};
  TRY(rows.check_row());
  session.stacks = stacks;
  return {};
}

Result<void> load_clocks(const Database& database, ReadBudget& budget, Session& session) {
  TRY_ASSIGN(rows, TableReader::open(database, "clock",
                                     "SELECT id, boottime_ns, realtime_ns FROM clock ORDER BY id",
                                     Keys::kNumbered, budget));
  while (true) {
    TRY_ASSIGN(has_row, rows.next());
    if (!has_row) return {};
    const ClockReading clock{rows.number<uint64_t>(1), rows.number<int64_t>(2)};
    TRY(rows.check_row());
    session.clocks.push_back(clock);
  }
}

Result<void> load_attachments(const Database& database, ReadBudget& budget, Session& session) {
  TRY_ASSIGN(rows, TableReader::open(database, "attachment",
                                     "SELECT id, target, attached, how, problem, missed "
                                     "FROM attachment ORDER BY id",
                                     Keys::kNumbered, budget));
  while (true) {
    TRY_ASSIGN(has_row, rows.next());
    if (!has_row) return {};
    const auto attached = rows.number<uint8_t>(2);
    if (attached > 1) rows.reject(2);
    ProbeAttachment attachment{rows.text(1), attached == 1, rows.text(3), rows.text(4),
                               rows.number<int64_t>(5)};
    TRY(rows.check_row());
    session.attachments.push_back(std::move(attachment));
  }
}

// Recordings made before tracker had companions lack the table.
Result<void> load_companions(const Database& database, ReadBudget& budget, Session& session) {
  TRY_ASSIGN(has_it, has_table(database, "companion"));
  if (!has_it) return {};
  TRY_ASSIGN(rows, TableReader::open(database, "companion",
                                     "SELECT id, target, how, problem, seen "
                                     "FROM companion ORDER BY id",
                                     Keys::kNumbered, budget));
  while (true) {
    TRY_ASSIGN(has_row, rows.next());
    if (!has_row) return {};
    CompanionProbe companion{rows.text(1), rows.text(2), rows.text(3), rows.number<uint64_t>(4), 0};
    TRY(rows.check_row());
    session.companions.push_back(std::move(companion));
  }
}

// A table of its own: recordings made before 2026-11-27 count no such hits, and a table is taken as
// it is or not at all (schema.h).
Result<void> load_companions_untracked(const Database& database, ReadBudget& budget,
                                       Session& session) {
  TRY_ASSIGN(has_it, has_table(database, "companion_untracked"));
  if (!has_it) return {};
  TRY_ASSIGN(rows, TableReader::open(database, "companion_untracked",
                                     "SELECT id, untracked FROM companion_untracked ORDER BY id",
                                     Keys::kNumbered, budget));
  // The two are written in one transaction.
  const Error other_number{"table companion_untracked has not a row for each companion"};
  for (CompanionProbe& companion : session.companions) {
    TRY_ASSIGN(has_row, rows.next());
    if (!has_row) return other_number;
    companion.untracked = rows.number<uint64_t>(1);
    TRY(rows.check_row());
  }
  TRY_ASSIGN(has_more, rows.next());
  return has_more ? Result<void>(other_number) : Result<void>();
}

// Recordings made before functions shared programs lack the table.
Result<void> load_shared_programs(const Database& database, ReadBudget& budget, Session& session) {
  TRY_ASSIGN(has_it, has_table(database, "shared_program"));
  if (!has_it) return {};
  TRY_ASSIGN(rows, TableReader::open(database, "shared_program",
                                     "SELECT id, how, probes, missed FROM shared_program "
                                     "ORDER BY id",
                                     Keys::kNumbered, budget));
  while (true) {
    TRY_ASSIGN(has_row, rows.next());
    if (!has_row) return {};
    SharedProgramUse use{rows.text(1), rows.number<uint64_t>(2), rows.number<int64_t>(3)};
    TRY(rows.check_row());
    session.shared_programs.push_back(std::move(use));
  }
}

Result<void> load_counters(const Database& database, ReadBudget& budget, Session& session) {
  TRY_ASSIGN(rows, TableReader::open(database, "probe_counter",
                                     "SELECT id, probe, cpu, seen, filtered, recorded, "
                                     "lost_ring_full, lost_reader, lost_storage, unattributed, "
                                     "untracked FROM probe_counter ORDER BY id",
                                     Keys::kNumbered, budget));
  while (true) {
    TRY_ASSIGN(has_row, rows.next());
    if (!has_row) return {};
    ProbeCounters counters;
    counters.probe = rows.number<uint16_t>(1);
    counters.cpu = rows.number<uint16_t>(2);
    counters.seen = rows.number<uint64_t>(3);
    counters.filtered = rows.number<uint64_t>(4);
    counters.recorded = rows.number<uint64_t>(5);
    counters.ring_full = rows.number<uint64_t>(6);
    counters.reader = rows.number<uint64_t>(7);
    counters.storage = rows.number<uint64_t>(8);
    counters.unattributed = rows.number<uint64_t>(9);
    counters.untracked = rows.number<uint64_t>(10);
    TRY(rows.check_row());
    session.counters.push_back(counters);
  }
}

Result<void> load_losses(const Database& database, ReadBudget& budget, Session& session) {
  TRY_ASSIGN(rows, TableReader::open(database, "loss",
                                     "SELECT id, cpu, from_ns, to_ns, count FROM loss ORDER BY id",
                                     Keys::kNumbered, budget));
  while (true) {
    TRY_ASSIGN(has_row, rows.next());
    if (!has_row) return {};
    const LossWindow loss{rows.number<uint16_t>(1), rows.number<uint64_t>(2),
                          rows.number<uint64_t>(3), rows.number<uint64_t>(4)};
    TRY(rows.check_row());
    session.losses.push_back(loss);
  }
}

}  // namespace

Result<SessionTables> SessionTables::prepare(const Database& database) {
  SessionTables tables;
  const std::pair<Statement*, std::string_view> statements[] = {
      {&tables.session_, "INSERT OR REPLACE INTO session VALUES (0,?,?,?,?,?,?,?,?,?,?,?,?)"},
      {&tables.stack_budget_, "INSERT OR REPLACE INTO stack_budget VALUES (0,?,?)"},
      {&tables.clock_, "INSERT OR REPLACE INTO clock VALUES (?,?,?)"},
      {&tables.attachment_, "INSERT OR REPLACE INTO attachment VALUES (?,?,?,?,?,?)"},
      {&tables.companion_, "INSERT OR REPLACE INTO companion VALUES (?,?,?,?,?)"},
      {&tables.companion_untracked_, "INSERT OR REPLACE INTO companion_untracked VALUES (?,?)"},
      {&tables.shared_program_, "INSERT OR REPLACE INTO shared_program VALUES (?,?,?,?)"},
      {&tables.counter_, "INSERT OR REPLACE INTO probe_counter VALUES (?,?,?,?,?,?,?,?,?,?,?)"},
      {&tables.loss_, "INSERT OR REPLACE INTO loss VALUES (?,?,?,?,?)"},
      {&tables.shrink_clock_, "DELETE FROM clock WHERE id >= ?"},
      {&tables.shrink_attachment_, "DELETE FROM attachment WHERE id >= ?"},
      {&tables.shrink_companion_, "DELETE FROM companion WHERE id >= ?"},
      {&tables.shrink_shared_program_, "DELETE FROM shared_program WHERE id >= ?"},
      {&tables.shrink_counter_, "DELETE FROM probe_counter WHERE id >= ?"},
      {&tables.shrink_loss_, "DELETE FROM loss WHERE id >= ?"},
  };
  for (const auto& [statement, sql] : statements) {
    TRY_ASSIGN(prepared, database.prepare(sql));
    *statement = std::move(prepared);
  }
  return tables;
}

void SessionTables::forget() {
  stored_ = Session{};
  is_known_ = false;
}

Result<void> SessionTables::store(const Session& session) {
  TRY(store_session(session));
  TRY(store_stack_budget(session));
  TRY(store_clocks(session));
  TRY(store_attachments(session));
  TRY(store_companions(session));
  TRY(store_shared_programs(session));
  TRY(store_counters(session));
  TRY(store_losses(session));
  is_known_ = true;
  return {};
}

Result<void> SessionTables::store_session(const Session& session) {
  session_.bind_text(1, session.tracker_version).bind_text(2, session.hostname);
  session_.bind_text(3, session.kernel_release).bind_text(4, session.kernel_version);
  session_.bind_text(5, session.machine).bind_text(6, clip_text(session.command_line));
  session_.bind_text(7, session.timezone).bind(8, session.utc_offset_seconds);
  session_.bind(9, session.cpus).bind_unsigned(10, session.start_ns);
  return session_.bind_unsigned(11, session.end_ns).bind_text(12, session.end_reason).run();
}

// Known before the first event, and the same to the end.
Result<void> SessionTables::store_stack_budget(const Session& session) {
  if (session.stacks.is_nothing() || (is_known_ && session.stacks == stored_.stacks)) return {};
  TRY(stack_budget_.bind(1, session.stacks.first).bind(2, session.stacks.per_second).run());
  stored_.stacks = session.stacks;
  return {};
}

Result<void> SessionTables::store_clocks(const Session& session) {
  return store_list(session.clocks, stored_.clocks, is_known_, shrink_clock_,
                    [this](size_t id, const ClockReading& clock) {
                      clock_.bind_unsigned(1, id).bind_unsigned(2, clock.boottime_ns);
                      return clock_.bind(3, clock.realtime_ns).run();
                    });
}

Result<void> SessionTables::store_attachments(const Session& session) {
  return store_list(
      session.attachments, stored_.attachments, is_known_, shrink_attachment_,
      [this](size_t id, const ProbeAttachment& attachment) {
        attachment_.bind_unsigned(1, id).bind_text(2, attachment.target);
        attachment_.bind(3, attachment.attached ? 1 : 0);
        attachment_.bind_text(4, attachment.how).bind_text(5, clip_text(attachment.problem));
        return attachment_.bind(6, attachment.missed).run();
      });
}

Result<void> SessionTables::store_companions(const Session& session) {
  return store_list(session.companions, stored_.companions, is_known_, shrink_companion_,
                    [this](size_t id, const CompanionProbe& companion) -> Result<void> {
                      companion_.bind_unsigned(1, id).bind_text(2, companion.target);
                      companion_.bind_text(3, companion.how);
                      companion_.bind_text(4, clip_text(companion.problem));
                      TRY(companion_.bind_unsigned(5, companion.seen).run());
                      companion_untracked_.bind_unsigned(1, id);
                      return companion_untracked_.bind_unsigned(2, companion.untracked).run();
                    });
}

Result<void> SessionTables::store_shared_programs(const Session& session) {
  return store_list(session.shared_programs, stored_.shared_programs, is_known_,
                    shrink_shared_program_, [this](size_t id, const SharedProgramUse& use) {
                      shared_program_.bind_unsigned(1, id).bind_text(2, use.how);
                      shared_program_.bind_unsigned(3, use.probes);
                      return shared_program_.bind(4, use.missed).run();
                    });
}

Result<void> SessionTables::store_counters(const Session& session) {
  return store_list(session.counters, stored_.counters, is_known_, shrink_counter_,
                    [this](size_t id, const ProbeCounters& counters) {
                      counter_.bind_unsigned(1, id).bind(2, counters.probe).bind(3, counters.cpu);
                      counter_.bind_unsigned(4, counters.seen);
                      counter_.bind_unsigned(5, counters.filtered);
                      counter_.bind_unsigned(6, counters.recorded);
                      counter_.bind_unsigned(7, counters.ring_full);
                      counter_.bind_unsigned(8, counters.reader);
                      counter_.bind_unsigned(9, counters.storage);
                      counter_.bind_unsigned(10, counters.unattributed);
                      return counter_.bind_unsigned(11, counters.untracked).run();
                    });
}

Result<void> SessionTables::store_losses(const Session& session) {
  return store_list(session.losses, stored_.losses, is_known_, shrink_loss_,
                    [this](size_t id, const LossWindow& loss) {
                      loss_.bind_unsigned(1, id).bind(2, loss.cpu).bind_unsigned(3, loss.from_ns);
                      return loss_.bind_unsigned(4, loss.to_ns).bind_unsigned(5, loss.count).run();
                    });
}

Result<void> load_session(const Database& database, ReadBudget& budget, Session& session) {
  Result<void> first;
  for (const auto load :
       {load_row, load_stack_budget, load_clocks, load_attachments, load_companions,
        load_companions_untracked, load_shared_programs, load_counters, load_losses}) {
    Result<void> loaded = load(database, budget, session);
    if (!loaded && first) first = std::move(loaded);
  }
  return first;
}

}  // namespace tracker
