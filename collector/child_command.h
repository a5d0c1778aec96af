// SPDX-License-Identifier: GPL-2.0-or-later
//
// ChildCommand: the command of --cmd, whose end ends the collection.
//
// It runs in tracker's own process group, as under perf and strace, and everything that it started
// is found by its descent when it must end. A process group of its own would have to be given the
// terminal, or an interactive command (ssh, a pager, sudo) would be stopped by its first read; then
// Ctrl-Z and Ctrl-C would no longer reach tracker, and whoever stands behind a pipe
// (`tracker ... | less`) would lose the terminal instead. Descent also finds what left the group
// (setsid, daemons): tracker makes itself their new parent (PR_SET_CHILD_SUBREAPER).
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"

namespace tracker {

class ChildCommand {
 public:
  // Runs `command` by /bin/sh -c with no signal blocked and with tracker's stdin, stdout and
  // stderr. One at a time in a process.
  static Result<ChildCommand> start(const std::string& command);

  // Readable once the command has ended.
  int poll_fd() const { return pidfd_.get(); }

  // The status as a shell would say it (128 + signal), if the command has ended. What it left
  // running is left alone.
  std::optional<int> status();

  // For a collection that ends first: the command and all that it started get SIGTERM, and what is
  // still there after two seconds SIGKILL. `has_signal`: the terminal has sent them the signal that
  // ended the collection (Ctrl-C): SIGTERM comes only after a second in which they act on that.
  // Returns within four seconds, whatever they do.
  void end(bool has_signal);

 private:
  std::vector<pid_t> running() const;

  pid_t pid_ = -1;
  std::vector<pid_t> others_;  // children that were there before
  UniqueFd pidfd_;
  std::optional<int> status_;
};

}  // namespace tracker
