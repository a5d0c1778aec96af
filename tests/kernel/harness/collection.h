// SPDX-License-Identifier: GPL-2.0-or-later
//
// Collection: `tracker collect` while the test sends packets.
#pragma once

#include <string>
#include <vector>

#include "harness/network_namespace.h"
#include "harness/process.h"

namespace tracker::kernel_test {

// $TRACKER_BINARY, else cli/tracker of the build that the test program belongs to.
std::string tracker_path();

// Runs tracker with these arguments to its end.
ProcessResult run_tracker(const std::vector<std::string>& arguments,
                          const ProcessOptions& options = {});

// The environment of a tracker with fault_shim.cpp, told what to do by this "NAME=VALUE".
ProcessOptions with_fault_shim(const std::string& setting);

class Collection {
 public:
  // Starts `tracker ARGUMENTS collect --quiet --netns NAME... -o FILE` and returns once it has said
  // that its probes are attached. FILE is in a folder of its own. Without --ring-size among the
  // ARGUMENTS each ring has 4 MiB: room for some 10,000 small events that nobody has read yet.
  explicit Collection(const std::vector<const NetworkNamespace*>& namespaces,
                      const std::vector<std::string>& arguments = {"-p", "dropmon"});

  // What it said of the probes: "attached 1 of 1 probes".
  const std::string& attached_line() const { return attached_line_; }
  const std::string& file() const { return file_; }
  Process& process() { return process_; }

  // Ends it with SIGINT; the test fails unless its exit status is `status`.
  ProcessResult stop(int status = 0);

 private:
  ScratchFolder folder_;
  std::string file_;
  Process process_;
  std::string attached_line_;
};

// Waits for the line "attached N of M probes" on the stderr of a collector; returns it.
std::string wait_until_attached(Process& collector);

}  // namespace tracker::kernel_test
