// SPDX-License-Identifier: GPL-2.0-or-later
//
// EndingSignals: SIGINT, SIGTERM and SIGHUP as something to wait for, so that each ends a
// collection in good order.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

namespace tracker {

class EndingSignals {
 public:
  struct Signal {
    std::string name;  // "SIGINT"
    bool is_of_terminal =
        false;  // the kernel sent it to the foreground group: a command has it too
  };

  // Blocks them for the calling thread. A SIGHUP that is ignored (nohup) stays so.
  static Result<EndingSignals> block();

  // Becomes readable when one has come. Owned by this object.
  int poll_fd() const { return fd_.get(); }
  // The next one that has come, if any.
  std::optional<Signal> take() const;

 private:
  UniqueFd fd_;
};

}  // namespace tracker
