// SPDX-License-Identifier: GPL-2.0-or-later
//
// RecordingWriter: the sink that writes a recording (docs/recording-format.md).
//
// Events are kept in columns until a block is full or a tick comes; every tick is one transaction
// (write-ahead log), so that a killed collector or a full disk loses at most the last second and
// never the file.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "event/sink.h"
#include "storage/recording_draft.h"

namespace tracker {

class RecordingWriter : public EventSink {
 public:
  // Moves an existing recording at `path` to `path`.old (checkpointing a left-over -wal first) and
  // creates a new one, mode 0600, owned by the user behind sudo. The new file is a complete, empty
  // recording when this returns. Fails with a sentence, nothing moved, where the folder cannot be
  // written or `path` is something that is not a recording and not empty.
  static Result<std::unique_ptr<RecordingWriter>> create(const std::string& path,
                                                         const Session& session,
                                                         const Names& names);
  // The same of a draft that was made before.
  static Result<std::unique_ptr<RecordingWriter>> create(RecordingDraft draft,
                                                         const Session& session,
                                                         const Names& names);
  // Says whether create() would fail for `path`, before anything is attached. Changes nothing.
  static Result<void> check_path(const std::string& path);

  // Whether `path`.old was a recording before, which is gone.
  bool has_replaced_old() const;

  ~RecordingWriter() override;
  RecordingWriter(const RecordingWriter&) = delete;
  RecordingWriter& operator=(const RecordingWriter&) = delete;

  Result<void> on_events(std::span<const Event> events, const Names& names) override;
  // Writes what was collected, the session and all new names, in one transaction.
  Result<void> on_tick(const Session& session, const Names& names) override;

  // Last transaction, then checkpoint: one file without -wal and -shm. The session's counters and
  // end are stored with it. Without it (destructor only) the file is left as a kill would leave it.
  Result<void> finish(const Session& session, const Names& names);

  // Events handed to on_events and not in the file because a write failed. 0 in good times.
  uint64_t lost_events() const;
  // Moves what was lost so from `recorded` to `storage` in the counters of its probe and CPU, and
  // adds the windows of it. The recording holds the session so adjusted; a caller that shows
  // counters does the same.
  void account_losses(Session& session) const;
  // Bytes of the file and its -wal, for the progress line.
  uint64_t size_bytes() const;

  // The size that is_full() means. Near it blocks end early, so that it is passed by no more than a
  // small block and what on_events() is handed at a time, whatever packets compress to.
  void set_limit(uint64_t bytes);
  // Whether the file, once its -wal is in it, and what the next commit will write have that size.
  bool is_full() const;

 private:
  struct State;
  explicit RecordingWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace tracker
