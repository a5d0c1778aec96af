// SPDX-License-Identifier: GPL-2.0-or-later
#include "storage/open_recording.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <utility>

#include "storage/schema.h"

namespace tracker {
namespace {

using Kind = FileHeader::Kind;
using Mode = Database::Mode;
using CutFile = Database::CutFile;

Error cut_off(const std::string& path, const FileHeader& header) {
  return Error{
      fmt::format("recording {0} is cut off: {1} of {2} bytes are there; "
                  "`tracker db verify {0}` says what can be read",
                  path, header.size_bytes, header.claimed_bytes)};
}

bool has_file(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0;
}

// Opens and reads one page. SQLite opens lazily: only this shows whether it can.
Result<Database> try_open(const std::string& path, Database::Mode mode, CutFile cut_file,
                          Problem& problem) {
  const auto explain = [&](Error error) {
    return with_context("recording " + path, std::move(error));
  };
  Result<Database> database = Database::open(path, mode, cut_file);
  if (!database) return explain(database.error());
  const Result<void> read = database->load_schema();
  problem = database->last_problem();
  if (!read) return explain(read.error());
  return database;
}

// In write-ahead mode SQLite shares the index of the -wal through the -shm, and makes both where
// they are missing, even to read: files of the reader's that keep out whoever comes next as another
// user. Without a -shm nobody shares the recording, as every writer makes one: the index can be in
// memory, and without a -wal there is none.
Result<Database> open_any(const std::string& path, CutFile cut_file, Problem& problem) {
  const Result<FileHeader> header = read_file_header(path);
  const bool is_write_ahead = header && header->is_write_ahead;
  const bool is_shared = !is_write_ahead || has_file(path + "-shm");
  const Mode mode = is_shared              ? Mode::kReadOnly
                    : wal_bytes(path) == 0 ? Mode::kImmutable
                                           : Mode::kUnshared;
  Result<Database> database = try_open(path, mode, cut_file, problem);
  if (database || problem != Problem::kCannotOpen) return database;
  // A -shm that cannot be written does not matter where there is nothing that it could be about.
  if (is_shared && wal_bytes(path) == 0) return try_open(path, Mode::kImmutable, cut_file, problem);
  return Error{
      fmt::format("recording {0} cannot be read where it is: its last part is in {0}-wal, and that "
                  "file, or {0}-shm beside it, cannot be read or written there; copy the recording "
                  "and its -wal, without the -shm, to a directory of yours",
                  path)};
}

}  // namespace

Result<FileHeader> recognise_recording(const std::string& path) {
  TRY_ASSIGN(header, read_file_header(path));
  switch (header.kind) {
    case Kind::kMissing:
      return Error{fmt::format("no such recording: {}", path)};
    case Kind::kEmpty:
      return Error{fmt::format("{} is not a recording: it is empty", path)};
    case Kind::kOther:
      return Error{fmt::format("{} is not a recording", path)};
    case Kind::kNotAFile:
      return Error{fmt::format("{} is not a recording: it is not a regular file", path)};
    case Kind::kRecording:
      break;
  }
  if (header.format_version == 0 || header.format_version > kFormatVersion) {
    return Error{
        fmt::format("recording {} has format version {}, this tracker reads up to {}; "
                    "use a newer tracker",
                    path, header.format_version, kFormatVersion)};
  }
  return header;
}

Error explain_damage(const std::string& path, Error error) {
  return Error{
      fmt::format("recording {0} is damaged ({1}); `tracker db verify {0}` says what can "
                  "be read",
                  path, error.message)};
}

Result<Database> open_recording(const std::string& path) {
  TRY_ASSIGN(header, recognise_recording(path));
  if (header.is_cut_off() && wal_bytes(path) == 0) return cut_off(path, header);
  Problem problem = Problem::kNone;
  Result<Database> database = open_any(path, CutFile::kRefused, problem);
  if (!database) {
    if (header.is_cut_off()) return cut_off(path, header);
    return database;
  }
  Result<void> checked = check_schema(*database);
  if (!checked) return explain_damage(path, std::move(checked).error());
  return database;
}

Result<Database> open_damaged_recording(const std::string& path, Problem& problem) {
  return open_any(path, CutFile::kSalvaged, problem);
}

}  // namespace tracker
