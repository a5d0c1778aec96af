// SPDX-License-Identifier: GPL-2.0-or-later
//
// What a collector that runs as root may still do once its probes are attached.
#include <gtest/gtest.h>
#include <linux/capability.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

#include "harness/collection.h"
#include "harness/scratch_folder.h"
#include "harness/topology.h"
#include "harness/traffic.h"
#include "harness/wait.h"

namespace tracker::kernel_test {
namespace {

constexpr uint64_t bit(int capability) { return uint64_t{1} << capability; }

// CapPrm of /proc/PID/task/TID/status.
uint64_t permitted(const std::filesystem::path& status_file) {
  std::ifstream status(status_file);
  for (std::string word; status >> word;) {
    if (word == "CapPrm:" && status >> word) return std::stoull(word, nullptr, 16);
  }
  return ~uint64_t{0};
}

// Capabilities belong to threads: the one that prints live lines must have none of them either.
TEST(Privileges, AreGivenUpByEveryThreadOnceAttached) {
  const Pair pair;
  const ScratchFolder folder;
  Process collector({tracker_path(), "-p", "dropmon", "collect", "--netns", pair.left.name(),
                     "--netns", pair.right.name(), "-o", folder.file("tracker.db")});
  wait_until_attached(collector);
  send_datagrams(pair.left, {"UDP", {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, 9}}, 1);
  require_soon([&] { return collector.out().find("NO_SOCKET") != std::string::npos; },
               "a live line");

  const uint64_t kept = bit(CAP_DAC_OVERRIDE) | bit(CAP_SYS_PTRACE);
  int threads = 0;
  for (const auto& thread :
       std::filesystem::directory_iterator("/proc/" + std::to_string(collector.pid()) + "/task")) {
    EXPECT_EQ(permitted(thread.path() / "status") & ~kept, 0U) << thread.path();
    ++threads;
  }
  EXPECT_GE(threads, 2);
  collector.send_signal(SIGINT);
  EXPECT_EQ(collector.wait().status, 0);
}

}  // namespace
}  // namespace tracker::kernel_test
