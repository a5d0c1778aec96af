// SPDX-License-Identifier: GPL-2.0-or-later
#include "storage/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cerrno>
#include <utility>

#include "base/check.h"
#include "base/system_error.h"
#include "storage/block_format.h"

namespace tracker {
namespace {

// Bounds while a schema is loaded: of steps of SQLite's virtual machine, some hundred for a
// recording's tables, and of a value that one step can make.
constexpr int kMaxSchemaSteps = 100'000;
constexpr int kMaxSchemaValueBytes = 64 * 1024;

// What the system said to the call that failed. SQLite hands it on for some calls only
// (sqlite3_system_errno() knows nothing of a failed COMMIT), but errno still has it where it is
// asked right after that call: later calls of SQLite's rarely fail, and then with numbers that
// writing or opening a file does not give.
int system_cause(sqlite3* connection) {
  const int error_number = errno;
  const int code = sqlite3_errcode(connection) & 0xff;
  if (code != SQLITE_IOERR && code != SQLITE_CANTOPEN) return 0;
  for (const int known : {ENOSPC, EDQUOT, EIO, EROFS, EFBIG, EACCES, EPERM, EMFILE, ENFILE, ENOMEM,
                          ESTALE, ENODEV, ENXIO, ETIMEDOUT}) {
    if (error_number == known) return error_number;
  }
  return 0;
}

Error sqlite_error(sqlite3* connection) {
  if (connection == nullptr) return Error{"out of memory"};
  const int cause = system_cause(connection);
  if (cause == 0) return Error{sqlite3_errmsg(connection)};
  return Error{fmt::format("{} ({})", sqlite3_errmsg(connection), errno_text(cause))};
}

// A leading "./" keeps names such as ":memory:" from meaning something to SQLite.
std::string plain_path(const std::string& path) {
  return !path.empty() && path[0] == '/' ? path : "./" + path;
}

std::string uri_of(const std::string& path, std::string_view parameters) {
  std::string uri = "file:";
  for (const char c : plain_path(path)) {
    const bool is_special = c == '?' || c == '#' || c == '%';
    uri += is_special ? fmt::format("%{:02x}", static_cast<unsigned char>(c)) : std::string(1, c);
  }
  return fmt::format("{}?{}", uri, parameters);
}

}  // namespace

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement::Statement(Statement&& other) noexcept
    : statement_(std::exchange(other.statement_, nullptr)) {}

Statement& Statement::operator=(Statement&& other) noexcept {
  std::swap(statement_, other.statement_);
  return *this;
}

Statement& Statement::bind(int parameter, int64_t value) {
  CHECK(sqlite3_bind_int64(statement_, parameter, value) == SQLITE_OK);
  return *this;
}

Statement& Statement::bind_unsigned(int parameter, uint64_t value) {
  return bind(parameter, static_cast<int64_t>(value));
}

Statement& Statement::bind_text(int parameter, std::string_view value) {
  // A null pointer would bind NULL: an empty view may hold one.
  const char* data = value.empty() ? "" : value.data();
  // Too long for SQLite is the only way to fail; the row's NOT NULL then reports it.
  (void)sqlite3_bind_text64(statement_, parameter, data, value.size(), SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}

Statement& Statement::bind_blob(int parameter, std::span<const uint8_t> value) {
  (void)sqlite3_bind_blob64(statement_, parameter, value.data(), value.size(), SQLITE_STATIC);
  return *this;
}

Statement& Statement::bind_null(int parameter) {
  CHECK(sqlite3_bind_null(statement_, parameter) == SQLITE_OK);
  return *this;
}

Result<bool> Statement::step() {
  errno = 0;
  const int status = sqlite3_step(statement_);
  if (status == SQLITE_ROW) return true;
  if (status == SQLITE_DONE) return false;
  return sqlite_error(sqlite3_db_handle(statement_));
}

Result<void> Statement::run() {
  Result<bool> stepped = step();
  reset();
  if (!stepped) return std::move(stepped).error();
  return {};
}

void Statement::reset() {
  // The status repeats the one of the last step, which has been returned there.
  (void)sqlite3_reset(statement_);
  (void)sqlite3_clear_bindings(statement_);
}

bool Statement::is_integer(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_INTEGER;
}
bool Statement::is_text(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_TEXT;
}
bool Statement::is_blob(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_BLOB;
}
bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_, column); }

uint64_t Statement::unsigned_integer(int column) const {
  return static_cast<uint64_t>(integer(column));
}

std::string_view Statement::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (data == nullptr) return {};
  return {data, static_cast<size_t>(sqlite3_column_bytes(statement_, column))};
}

std::span<const uint8_t> Statement::blob(int column) const {
  const auto* data = static_cast<const uint8_t*>(sqlite3_column_blob(statement_, column));
  if (data == nullptr) return {};
  return {data, static_cast<size_t>(sqlite3_column_bytes(statement_, column))};
}

void Database::Close::operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }

namespace {

// Of the file's URI; empty where a plain path does. The VFS unix-none takes no locks: an exclusive
// one, which kUnshared asks for, cannot be had on a file that is open for reading only.
std::string_view uri_parameters(Database::Mode mode) {
  if (mode == Database::Mode::kImmutable) return "immutable=1";
  if (mode == Database::Mode::kUnshared) return "vfs=unix-none";
  return {};
}

}  // namespace

Result<Database> Database::open(const std::string& path, Mode mode, CutFile cut_file) {
  const std::string_view parameters = uri_parameters(mode);
  const int flags = (mode == Mode::kReadWrite ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) |
                    (parameters.empty() ? 0 : SQLITE_OPEN_URI) | SQLITE_OPEN_NOMUTEX;
  const std::string name = parameters.empty() ? plain_path(path) : uri_of(path, parameters);
  sqlite3* connection = nullptr;
  errno = 0;
  const int status = sqlite3_open_v2(name.c_str(), &connection, flags, nullptr);
  Database database(connection);
  if (status != SQLITE_OK) return sqlite_error(connection);
  sqlite3_extended_result_codes(connection, 1);
  sqlite3_busy_timeout(connection, kBusyWaitMs);
  if (mode != Mode::kReadWrite) TRY(database.defend(mode, cut_file));
  return database;
}

// What a file could hold against its reader: SQL that runs (views, triggers, functions in the
// schema), sizes out of proportion, pages that lie about their cells.
Result<void> Database::defend(Mode mode, CutFile cut_file) const {
  sqlite3* connection = connection_.get();
  const bool is_salvage = cut_file == CutFile::kSalvaged;
  sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, is_salvage ? 0 : 1, nullptr);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
  sqlite3_limit(connection, SQLITE_LIMIT_LENGTH, static_cast<int>(kMaxRowBytes));
  sqlite3_limit(connection, SQLITE_LIMIT_SQL_LENGTH, 64 * 1024);
  sqlite3_limit(connection, SQLITE_LIMIT_COLUMN, 64);
  sqlite3_limit(connection, SQLITE_LIMIT_EXPR_DEPTH, 64);
  sqlite3_limit(connection, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_limit(connection, SQLITE_LIMIT_TRIGGER_DEPTH, 1);
  TRY(run("PRAGMA cell_size_check=ON; PRAGMA mmap_size=0"));
  // Read-only as the connection is, this has one effect: SQLite then reads a file that is shorter
  // than its header says.
  if (is_salvage) TRY(run("PRAGMA writable_schema=ON"));
  // The index of the -wal is then in memory, not in a -shm that would have to be made
  // (https://www.sqlite.org/wal.html, "Use of WAL Without Shared-Memory"), and nothing that is in
  // the -wal goes into the file when it is closed.
  if (mode == Mode::kUnshared) {
    sqlite3_db_config(connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    TRY(run("PRAGMA locking_mode=EXCLUSIVE"));
  }
  return {};
}

Result<void> Database::load_schema() const {
  sqlite3* connection = connection_.get();
  const auto stop = [](void*) { return 1; };
  sqlite3_progress_handler(connection, kMaxSchemaSteps, stop, nullptr);
  const int before = sqlite3_limit(connection, SQLITE_LIMIT_LENGTH, kMaxSchemaValueBytes);
  Result<void> loaded = run("SELECT count(*) FROM sqlite_schema");
  sqlite3_limit(connection, SQLITE_LIMIT_LENGTH, before);
  sqlite3_progress_handler(connection, 0, nullptr, nullptr);
  return loaded;
}

Result<Statement> Database::prepare(std::string_view sql) const {
  sqlite3_stmt* statement = nullptr;
  errno = 0;
  const int status = sqlite3_prepare_v2(connection_.get(), sql.data(), static_cast<int>(sql.size()),
                                        &statement, nullptr);
  if (status != SQLITE_OK) return sqlite_error(connection_.get());
  return Statement(statement);
}

Result<void> Database::run(const char* sql) const {
  errno = 0;
  if (sqlite3_exec(connection_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    return sqlite_error(connection_.get());
  }
  return {};
}

Result<std::string> Database::query_text(std::string_view sql) const {
  TRY_ASSIGN(statement, prepare(sql));
  TRY_ASSIGN(has_row, statement.step());
  return has_row ? std::string(statement.text(0)) : std::string();
}

Result<int64_t> Database::query_integer(std::string_view sql) const {
  TRY_ASSIGN(statement, prepare(sql));
  TRY_ASSIGN(has_row, statement.step());
  return has_row ? statement.integer(0) : 0;
}

void Database::set_busy_wait(int milliseconds) const {
  sqlite3_busy_timeout(connection_.get(), milliseconds);
}

Problem Database::last_problem() const {
  switch (sqlite3_errcode(connection_.get()) & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
      return Problem::kNone;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Problem::kBusy;
    case SQLITE_CORRUPT:
      return Problem::kCorrupt;
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
      return Problem::kCannotOpen;
    case SQLITE_NOTADB:
      return Problem::kNotADatabase;
    case SQLITE_FULL:
      return Problem::kFull;
    default:
      return Problem::kOther;
  }
}

bool Database::in_transaction() const { return sqlite3_get_autocommit(connection_.get()) == 0; }

Result<Transaction> Transaction::begin(const Database& database) {
  TRY(database.run("BEGIN IMMEDIATE"));
  return Transaction(database);
}

Transaction::Transaction(Transaction&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)) {}

Transaction::~Transaction() {
  // SQLite may have rolled back by itself (disk full); a failed ROLLBACK leaves nothing to do.
  if (database_ != nullptr && database_->in_transaction()) (void)database_->run("ROLLBACK");
}

Result<void> Transaction::commit() { return database_->run("COMMIT"); }

}  // namespace tracker
