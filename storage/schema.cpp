// SPDX-License-Identifier: GPL-2.0-or-later
#include "storage/schema.h"

#include <fmt/format.h>

namespace tracker {

const std::array<Table, kTableCount> kTables{{
    {"session", R"(CREATE TABLE session (
  id INTEGER PRIMARY KEY CHECK (id = 0),
  tracker_version TEXT NOT NULL,
  hostname TEXT NOT NULL,
  kernel_release TEXT NOT NULL,
  kernel_version TEXT NOT NULL,
  machine TEXT NOT NULL,
  command_line TEXT NOT NULL,
  timezone TEXT NOT NULL,
  utc_offset_seconds INTEGER NOT NULL,
  cpus INTEGER NOT NULL CHECK (cpus >= 0),
  start_ns INTEGER NOT NULL,
  end_ns INTEGER NOT NULL,
  end_reason TEXT NOT NULL
))"},
    {"clock", R"(CREATE TABLE clock (
  id INTEGER PRIMARY KEY,
  boottime_ns INTEGER NOT NULL,
  realtime_ns INTEGER NOT NULL
))"},
    {"attachment", R"(CREATE TABLE attachment (
  id INTEGER PRIMARY KEY,
  target TEXT NOT NULL,
  attached INTEGER NOT NULL CHECK (attached IN (0, 1)),
  how TEXT NOT NULL,
  problem TEXT NOT NULL,
  missed INTEGER NOT NULL
))"},
    {"companion", R"(CREATE TABLE companion (
  id INTEGER PRIMARY KEY,
  target TEXT NOT NULL,
  how TEXT NOT NULL,
  problem TEXT NOT NULL,
  seen INTEGER NOT NULL
))",
     false},
    {"companion_untracked", R"(CREATE TABLE companion_untracked (
  id INTEGER PRIMARY KEY,
  untracked INTEGER NOT NULL
))",
     false},
    {"shared_program", R"(CREATE TABLE shared_program (
  id INTEGER PRIMARY KEY,
  how TEXT NOT NULL,
  probes INTEGER NOT NULL,
  missed INTEGER NOT NULL
))",
     false},
    {"stack_budget", R"(CREATE TABLE stack_budget (
  id INTEGER PRIMARY KEY CHECK (id = 0),
  first INTEGER NOT NULL,
  per_second INTEGER NOT NULL
))",
     false},
    {"probe", R"(CREATE TABLE probe (
  id INTEGER PRIMARY KEY,
  type TEXT NOT NULL,
  symbol TEXT NOT NULL,
  "offset" INTEGER,
  role INTEGER NOT NULL
))"},
    {"probe_counter", R"(CREATE TABLE probe_counter (
  id INTEGER PRIMARY KEY,
  probe INTEGER NOT NULL,
  cpu INTEGER NOT NULL,
  seen INTEGER NOT NULL,
  filtered INTEGER NOT NULL,
  recorded INTEGER NOT NULL,
  lost_ring_full INTEGER NOT NULL,
  lost_reader INTEGER NOT NULL,
  lost_storage INTEGER NOT NULL,
  unattributed INTEGER NOT NULL,
  untracked INTEGER NOT NULL
))"},
    {"loss", R"(CREATE TABLE loss (
  id INTEGER PRIMARY KEY,
  cpu INTEGER NOT NULL,
  from_ns INTEGER NOT NULL,
  to_ns INTEGER NOT NULL,
  count INTEGER NOT NULL
))"},
    {"netns", R"(CREATE TABLE netns (
  id INTEGER PRIMARY KEY,
  cookie INTEGER NOT NULL,
  inum INTEGER NOT NULL,
  name TEXT NOT NULL
))"},
    {"interface", R"(CREATE TABLE interface (
  id INTEGER PRIMARY KEY,
  netns_cookie INTEGER NOT NULL,
  ifindex INTEGER NOT NULL,
  name TEXT NOT NULL
))"},
    {"symbol", R"(CREATE TABLE symbol (
  address INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  "offset" INTEGER NOT NULL,
  module TEXT NOT NULL
))"},
    {"stack", R"(CREATE TABLE stack (
  id INTEGER PRIMARY KEY,
  frames TEXT NOT NULL
))"},
    {"reason", R"(CREATE TABLE reason (
  code INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  subsystem TEXT NOT NULL
))"},
    {"subsystem", R"(CREATE TABLE subsystem (
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL
))"},
    {"cgroup", R"(CREATE TABLE cgroup (
  id INTEGER PRIMARY KEY,
  path TEXT NOT NULL
))",
     false},
    {"block", R"(CREATE TABLE block (
  id INTEGER PRIMARY KEY,
  events INTEGER NOT NULL CHECK (events BETWEEN 1 AND 65536),
  first_ns INTEGER NOT NULL,
  last_ns INTEGER NOT NULL,
  data BLOB NOT NULL
))"},
}};

Result<void> create_schema(const Database& database) {
  for (const Table& table : kTables) TRY(database.run(std::string(table.sql).c_str()));
  return database.run(fmt::format("PRAGMA application_id={}; PRAGMA user_version={}",
                                  kApplicationId, kFormatVersion)
                          .c_str());
}

namespace {

std::string quoted_table_names() {
  std::string names;
  for (const Table& table : kTables)
    names += fmt::format("{}'{}'", names.empty() ? "" : ",", table.name);
  return names;
}

}  // namespace

Result<bool> has_table(const Database& database, std::string_view name) {
  TRY_ASSIGN(statement, database.prepare("SELECT 1 FROM sqlite_schema WHERE name = ?"));
  statement.bind_text(1, name);
  return statement.step();
}

Result<void> check_schema(const Database& database) {
  TRY_ASSIGN(statement, database.prepare("SELECT type, sql FROM sqlite_schema WHERE name = ?"));
  for (const Table& table : kTables) {
    statement.bind_text(1, table.name);
    TRY_ASSIGN(has_row, statement.step());
    if (!has_row && !table.is_required) {
      statement.reset();
      continue;
    }
    if (!has_row) return Error{fmt::format("table {} is missing", table.name)};
    if (statement.text(0) != "table" || statement.text(1) != table.sql) {
      return Error{fmt::format("table {} is not the one of a recording", table.name)};
    }
    statement.reset();
  }
  // An index that tracker did not make could hold an expression, and be used for its look-ups.
  TRY_ASSIGN(others,
             database.query_text(fmt::format("SELECT name FROM sqlite_schema WHERE type <> 'table' "
                                             "AND tbl_name IN ({}) LIMIT 1",
                                             quoted_table_names())));
  if (!others.empty()) return Error{"its tables have indexes or triggers that do not belong there"};
  return {};
}

}  // namespace tracker
