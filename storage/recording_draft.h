// SPDX-License-Identifier: GPL-2.0-or-later
//
// RecordingDraft: a recording before it has its name, so that nobody ever sees half of one.
//
// Making the tables takes a tenth of a second on a slow machine, and needs nothing that is known
// only when the probes are attached: a draft can be made beside that, by another thread.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "event/names.h"
#include "event/session.h"
#include "storage/database.h"

namespace tracker {

class RecordingDraft {
 public:
  // A new file beside `path`, mode 0600, owned by the user behind sudo, with empty tables.
  static Result<RecordingDraft> make(const std::string& path);
  RecordingDraft(RecordingDraft&& other) noexcept;
  RecordingDraft& operator=(RecordingDraft&&) = delete;
  // Removes the file where publish() did not give it its name.
  ~RecordingDraft();

  // Of the recording to be.
  const std::string& path() const { return path_; }

  // Stores the session and the names, moves what is at path() to path().old and the draft to
  // path(). True: a recording that was at path().old is gone. Once.
  Result<bool> publish(const Session& session, const Names& names);

 private:
  RecordingDraft(std::string path, std::string file)
      : path_(std::move(path)), file_(std::move(file)) {}
  Result<void> make_tables();
  Result<void> fill(const Session& session, const Names& names);

  std::string path_;
  std::string file_;  // empty: moved from
  std::optional<Database> database_;
};

// "cannot write recording PATH: WHY; choose another place with -o".
Error cannot_create_recording(const std::string& path, const Error& error);

// Why a write failed, in words for users.
std::string write_failure_text(const Error& error);
std::string write_failure_text(const Database& database, const Error& error);

// For every connection that writes a recording.
Result<void> prepare_for_writing(const Database& database);

}  // namespace tracker
