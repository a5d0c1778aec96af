// SPDX-License-Identifier: GPL-2.0-or-later
//
// StopSignal: SIGINT and SIGTERM as a descriptor, for commands that wait and end cleanly.
#pragma once

#include <memory>

#include "base/result.h"
#include "base/unique_fd.h"

namespace tracker {

class StopSignal {
 public:
  // From here on neither signal ends the process. One at a time.
  static Result<std::unique_ptr<StopSignal>> open();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  // Readable once one of them came, and from then on.
  int fd() const { return reader_.get(); }
  bool came() const;

 private:
  StopSignal() = default;
  UniqueFd reader_;
  UniqueFd writer_;
};

}  // namespace tracker
