// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/collection.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "harness/require.h"
#include "harness/text_match.h"

namespace tracker::kernel_test {
namespace {

const std::string kRingSize = "--ring-size";

std::vector<std::string> collect_arguments(const std::vector<const NetworkNamespace*>& namespaces,
                                           const std::vector<std::string>& arguments,
                                           const std::string& file) {
  std::vector<std::string> words{tracker_path(), "collect", "--quiet", "-o", file};
  words.insert(words.end(), arguments.begin(), arguments.end());
  // Those of the default take an emulated guest a third of a second to make.
  if (std::find(words.begin(), words.end(), kRingSize) == words.end())
    words.insert(words.end(), {kRingSize, "4M"});
  for (const NetworkNamespace* netns : namespaces) {
    words.insert(words.end(), {"--netns", netns->name()});
  }
  return words;
}

}  // namespace

std::string tracker_path() {
  if (const char* given = std::getenv("TRACKER_BINARY")) return given;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe");
  return (self.parent_path() / "../../cli/tracker").lexically_normal();
}

ProcessOptions with_fault_shim(const std::string& setting) {
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe");
  ProcessOptions options;
  options.setenv = {"LD_PRELOAD=" + std::string(self.parent_path() / "libtracker_fault.so"),
                    setting};
  return options;
}

ProcessResult run_tracker(const std::vector<std::string>& arguments,
                          const ProcessOptions& options) {
  std::vector<std::string> words{tracker_path()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return run_program(words, options);
}

std::string wait_until_attached(Process& collector) {
  std::string said;
  std::string line;
  const bool attached = wait_for([&] {
    const bool has_ended = !collector.is_running();
    said = collector.err();
    line = find_match(said, "attached [0-9]+ of [0-9]+ probes?");
    return !line.empty() || has_ended;
  });
  require(attached && !line.empty(), fmt::format("tracker did not attach, it says '{}'", said));
  return line;
}

Collection::Collection(const std::vector<const NetworkNamespace*>& namespaces,
                       const std::vector<std::string>& arguments)
    : file_(folder_.file("tracker.db")),
      process_(collect_arguments(namespaces, arguments, file_)),
      attached_line_(wait_until_attached(process_)) {}

ProcessResult Collection::stop(int status) {
  process_.send_signal(SIGINT);
  ProcessResult result = process_.wait();
  EXPECT_EQ(result.status, status) << result.err;
  return result;
}

}  // namespace tracker::kernel_test
