// SPDX-License-Identifier: GPL-2.0-or-later
//
// Database, Statement, Transaction: SQLite for the rest of storage/, whose C header stays in
// database.cpp. Every failure is an Error with SQLite's own words and, where it was one of the
// system's, the system's behind them in brackets; Problem tells the kinds apart that are treated
// differently.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace tracker {

// Kinds of failure that callers act on.
enum class Problem { kNone, kBusy, kCorrupt, kCannotOpen, kNotADatabase, kFull, kOther };

// One prepared statement. Must not outlive its Database. Not thread-safe, like the Database.
class Statement {
 public:
  Statement() = default;
  ~Statement();
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&& other) noexcept;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  // Parameters count from 1. Text and blobs are not copied: they must live until reset(). Unsigned
  // 64-bit numbers are stored as the signed number with the same bits.
  Statement& bind(int parameter, int64_t value);
  Statement& bind_unsigned(int parameter, uint64_t value);
  Statement& bind_text(int parameter, std::string_view value);
  Statement& bind_blob(int parameter, std::span<const uint8_t> value);
  Statement& bind_null(int parameter);

  // True: there is a row. False: done.
  Result<bool> step();
  // step() for statements without rows, then reset().
  Result<void> run();
  // Ready to be bound and stepped again; forgets the bindings.
  void reset();

  // Columns of the current row count from 0. Views are valid until the next step() or reset().
  bool is_integer(int column) const;
  bool is_text(int column) const;
  bool is_blob(int column) const;
  bool is_null(int column) const;
  int64_t integer(int column) const;
  uint64_t unsigned_integer(int column) const;
  std::string_view text(int column) const;
  std::span<const uint8_t> blob(int column) const;

 private:
  friend class Database;
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  sqlite3_stmt* statement_ = nullptr;
};

class Database {
 public:
  enum class Mode {
    kReadWrite,  // an existing file
    kReadOnly,   // defended against what a hostile file could hold
    kImmutable,  // the same, of a file that nobody writes and that has no -wal: takes no locks
    kUnshared,   // kReadOnly, of a file that nobody writes: reads its -wal, makes and locks nothing
  };
  // What becomes of a file that is shorter than its header says: refused, or read as far as it
  // goes.
  enum class CutFile { kRefused, kSalvaged };

  // Opens an existing file; never creates one.
  static Result<Database> open(const std::string& path, Mode mode,
                               CutFile cut_file = CutFile::kRefused);

  Database(Database&&) noexcept = default;
  Database& operator=(Database&&) noexcept = default;

  // Reads the schema, which SQLite otherwise does at the first statement, and then as far as a
  // recording's goes: a table of statistics that a hostile file brings along is read with it, and
  // its columns can be expressions that run for hours.
  Result<void> load_schema() const;

  Result<Statement> prepare(std::string_view sql) const;
  // Runs statements that return no rows that matter.
  Result<void> run(const char* sql) const;
  // The first column of the first row, as text; empty where there is no row.
  Result<std::string> query_text(std::string_view sql) const;
  // The same as a number; 0 where there is no row.
  Result<int64_t> query_integer(std::string_view sql) const;

  // How long a statement waits for a lock that another process holds (a reader's
  // checkpoint, the sqlite3 shell), in milliseconds: kBusyWaitMs from the start.
  static constexpr int kBusyWaitMs = 2000;
  void set_busy_wait(int milliseconds) const;

  // What kind the last failed call's error was.
  Problem last_problem() const;
  bool in_transaction() const;

 private:
  struct Close {
    void operator()(sqlite3* connection) const;
  };
  explicit Database(sqlite3* connection) : connection_(connection) {}
  Result<void> defend(Mode mode, CutFile cut_file) const;

  std::unique_ptr<sqlite3, Close> connection_;
};

// BEGIN IMMEDIATE ... COMMIT; rolled back where commit() was not reached or failed.
class Transaction {
 public:
  static Result<Transaction> begin(const Database& database);
  ~Transaction();
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  Result<void> commit();

 private:
  explicit Transaction(const Database& database) : database_(&database) {}
  const Database* database_;
};

}  // namespace tracker
