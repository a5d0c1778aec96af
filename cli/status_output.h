// SPDX-License-Identifier: GPL-2.0-or-later
//
// StatusOutput: what a running collection says on stderr, without ever waiting for who reads it: a
// terminal stopped by Ctrl-S, or a pipe that nobody empties, must not slow the loop that drains the
// rings.
#pragma once

#include <string>
#include <string_view>

#include "base/unique_fd.h"

namespace tracker {

class StatusOutput {
 public:
  // Writes to `fd`, which stays the caller's.
  explicit StatusOutput(int fd);
  // What could not be said in time is said now, for at most a second.
  ~StatusOutput();
  StatusOutput(const StatusOutput&) = delete;
  StatusOutput& operator=(const StatusOutput&) = delete;

  // The line of progress, in place of the one before; left out where there is no room.
  void progress(std::string_view line);
  // A line that must be read: waits in memory (64 KiB of them at most) until there is room.
  void note(std::string_view line);
  // Writes of what waits as much as there is room for.
  void flush() { write_pending(); }
  // Takes the line of progress away, for whoever writes next.
  void clear_progress();

 private:
  // Writes what it can without waiting.
  void write_pending();

  UniqueFd own_;  // what fd_ is, where it could be opened again
  int fd_;
  std::string pending_;
  bool has_progress_ = false;  // the cursor stands behind a line of progress
};

}  // namespace tracker
