// SPDX-License-Identifier: GPL-2.0-or-later
//
// ReplayOutput: standard output for what is shown at a pace, and the clock of that pace.
//
// Unlike Output it starts no pager, shows what it has when it is told to, and gives up on a reader
// that does not read once SIGINT or SIGTERM came. A wait ends early by a signal, and when the
// reader goes away: a `replay | head` ends with head and not with the next event.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/stop_signal.h"
#include "postprocess/pace.h"

namespace tracker {

class ReplayOutput : public PaceClock {
 public:
  // Writes to `fd`, which stays the caller's. Turns SIGPIPE off.
  static Result<std::unique_ptr<ReplayOutput>> open(int fd);

  // False: a signal came or the reader is gone; there is no use in writing more. Buffered.
  Result<bool> write(std::string_view text);
  // Writes what is buffered. False as for write(); after a signal only what is taken at once.
  Result<bool> flush();

  uint64_t now_ns() override;  // CLOCK_MONOTONIC
  Result<bool> sleep_until(uint64_t due_ns) override;

 private:
  ReplayOutput(int fd, std::unique_ptr<StopSignal> stop) : fd_(fd), stop_(std::move(stop)) {}
  Result<void> write_some(std::string_view& rest);
  bool is_over() const { return reader_is_gone_ || stop_->came(); }

  int fd_;
  std::unique_ptr<StopSignal> stop_;
  bool reader_is_gone_ = false;
  std::string buffer_;
};

}  // namespace tracker
