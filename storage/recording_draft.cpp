// SPDX-License-Identifier: GPL-2.0-or-later
#include "storage/recording_draft.h"

#include <fmt/format.h>

#include <cerrno>
#include <utility>

#include "base/system_error.h"
#include "storage/names_table.h"
#include "storage/recording_place.h"
#include "storage/schema.h"
#include "storage/session_table.h"

namespace tracker {
namespace {

// Pages of the -wal from which on SQLite brings it into the file.
constexpr const char* kConnectionPragmas =
    "PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=1000; PRAGMA temp_store=MEMORY";

}  // namespace

// SQLite tells a full disk apart only where it wrote, not where it extended or opened a file.
std::string write_failure_text(const Error& error) {
  const bool is_full = error.message.find(errno_text(ENOSPC)) != std::string::npos;
  return is_full ? "the disk is full" : error.message;
}

std::string write_failure_text(const Database& database, const Error& error) {
  return database.last_problem() == Problem::kFull ? "the disk is full" : write_failure_text(error);
}

Error cannot_create_recording(const std::string& path, const Error& error) {
  return Error{fmt::format("cannot write recording {}: {}; choose another place with -o", path,
                           write_failure_text(error))};
}

Result<void> prepare_for_writing(const Database& database) {
  return database.run(kConnectionPragmas);
}

RecordingDraft::RecordingDraft(RecordingDraft&& other) noexcept
    : path_(std::move(other.path_)),
      file_(std::exchange(other.file_, {})),
      database_(std::exchange(other.database_, std::nullopt)) {}

RecordingDraft::~RecordingDraft() {
  database_.reset();
  if (!file_.empty()) discard_file(file_);
}

Result<RecordingDraft> RecordingDraft::make(const std::string& path) {
  TRY(check_place(path));
  TRY_ASSIGN(file, create_file(path));
  RecordingDraft draft(path, file);
  Result<void> made = draft.make_tables();
  if (!made) return cannot_create_recording(path, made.error());
  return draft;
}

Result<void> RecordingDraft::make_tables() {
  TRY_ASSIGN(opened, Database::open(file_, Database::Mode::kReadWrite));
  const Database& database = database_.emplace(std::move(opened));
  const auto make = [&]() -> Result<void> {
    TRY_ASSIGN(mode, database.query_text("PRAGMA journal_mode=WAL"));
    // A file system without shared memory maps keeps another mode: slower, and as safe.
    TRY(prepare_for_writing(database));
    TRY_ASSIGN(transaction, Transaction::begin(database));
    TRY(create_schema(database));
    return transaction.commit();
  };
  Result<void> made = make();
  if (!made) return Error{write_failure_text(database, made.error())};
  return {};
}

Result<void> RecordingDraft::fill(const Session& session, const Names& names) {
  const Database& database = *database_;
  TRY_ASSIGN(transaction, Transaction::begin(database));
  TRY_ASSIGN(session_tables, SessionTables::prepare(database));
  TRY_ASSIGN(names_tables, NamesTables::prepare(database));
  TRY(session_tables.store(session));
  TRY(names_tables.store(names));
  TRY(transaction.commit());
  // Closing would do this too, and not say where it failed; the file is moved without its -wal.
  TRY_ASSIGN(checkpointed, database.query_text("PRAGMA wal_checkpoint(TRUNCATE)"));
  return {};
}

Result<bool> RecordingDraft::publish(const Session& session, const Names& names) {
  const Result<void> filled = fill(session, names);
  if (!filled)
    return cannot_create_recording(path_, Error{write_failure_text(*database_, filled.error())});
  database_.reset();
  // The destructor's discard_file() takes what may be left: what moved is not there any more, a
  // -wal that could not be removed may be.
  return publish_file(file_, path_);
}

}  // namespace tracker
