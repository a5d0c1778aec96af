// SPDX-License-Identifier: GPL-2.0-or-later
//
// Process: a program that the test starts, with its output kept in files, so that it never waits
// for a reader. run_program() waits for its end as well.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "harness/scratch_folder.h"
#include "harness/wait.h"

namespace tracker::kernel_test {

struct ProcessOptions {
  std::string input;                // what its stdin gives
  std::string folder;               // its working directory; empty: the test's own
  std::optional<int> netns_fd;      // the namespace that it is started in
  std::optional<uid_t> user;        // without any capability, if given, but these
  std::vector<int> capabilities;    // of `user`: as a service's AmbientCapabilities=
  std::vector<std::string> setenv;  // NAME=VALUE
};

struct ProcessResult {
  int status = -1;  // exit status; 128 + number where a signal ended it
  std::string out;
  std::string err;
};

class Process {
 public:
  explicit Process(const std::vector<std::string>& arguments, const ProcessOptions& options = {});
  // Kills what still runs.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  bool is_running();
  void send_signal(int number);
  // Throws, after killing it, where it does not end in time.
  ProcessResult wait(std::chrono::milliseconds timeout = kPatience);
  // What has been written so far.
  std::string out() const;
  std::string err() const;

 private:
  ScratchFolder output_;
  std::string name_;
  pid_t pid_ = -1;
  std::optional<int> status_;
};

ProcessResult run_program(const std::vector<std::string>& arguments,
                          const ProcessOptions& options = {});

// The same for tools that prepare a scenario: throws where the exit status is not 0.
void require_program(const std::vector<std::string>& arguments, const ProcessOptions& options = {});

}  // namespace tracker::kernel_test
