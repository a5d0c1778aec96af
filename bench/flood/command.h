// SPDX-License-Identifier: GPL-2.0-or-later
//
// Command: a program that runs beside the flood, with its output kept in files.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace tracker::bench {

// bpftrace needs 10 to 20 s to start in an emulated guest.
inline constexpr std::chrono::seconds kPatience{90};
// For reading a file of half an hour's flood.
inline constexpr std::chrono::hours kReadingPatience{1};

class Command {
 public:
  // Starts words[0], looked for in $PATH. `folder` gets its output: the files "out" and "err".
  static Result<Command> start(const std::vector<std::string>& words, const std::string& folder);
  Command(Command&& other) noexcept;
  Command& operator=(Command&&) = delete;
  // Kills what still runs.
  ~Command();

  pid_t pid() const { return pid_; }
  // Returns once the program has written `text`; an error where it ends before or does not write it
  // in time.
  Result<void> wait_until_it_says(const std::string& text);
  // Errors unless its exit status is 0, or the SIGINT of stop() ended it.
  Result<void> wait_for_end(std::chrono::seconds patience = kPatience);
  Result<void> stop();

  std::string out() const;
  std::string err() const;

 private:
  Command(std::string name, std::string folder);
  bool has_ended();
  Error failed(const std::string& what) const;

  std::string name_;
  std::string folder_;
  pid_t pid_ = -1;
  std::optional<int> wait_status_;
};

// Runs it to its end, as long as reading a large file takes, and returns its stdout; an error
// unless its exit status is 0.
Result<std::string> output_of(const std::vector<std::string>& words, const std::string& folder);

// Whether there is such a program in $PATH.
bool is_installed(const std::string& program);

}  // namespace tracker::bench
