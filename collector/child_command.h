// SPDX-License-Identifier: GPL-2.0-or-later
//
// ChildCommand: the command of --cmd, whose end ends the collection.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

namespace tracker {

class ChildCommand {
 public:
  // Runs `command` by /bin/sh -c with the signal mask that this process had before it blocked any,
  // and with tracker's stdin, stdout and stderr.
  static Result<ChildCommand> start(const std::string& command);

  // Readable once the command has ended.
  int poll_fd() const { return pidfd_.get(); }

  // The status as a shell would say it (128 + signal), if the command has ended.
  std::optional<int> status();

  // For a collection that ends first: SIGTERM, SIGKILL after two seconds; the value is the status.
  int end();

 private:
  pid_t pid_ = -1;
  UniqueFd pidfd_;
  std::optional<int> status_;
};

}  // namespace tracker
