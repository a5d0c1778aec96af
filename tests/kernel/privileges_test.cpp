// SPDX-License-Identifier: GPL-2.0-or-later
//
// What a collector that runs as root may still do once its probes are attached, and what one needs
// that is not root's.
#include <gtest/gtest.h>
#include <linux/capability.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "harness/collection.h"
#include "harness/drop_expectation.h"
#include "harness/kernel_version.h"
#include "harness/require.h"
#include "harness/scratch_folder.h"
#include "harness/topology.h"
#include "harness/traffic.h"
#include "harness/wait.h"

namespace tracker::kernel_test {
namespace {

constexpr int kPackets = 7;
constexpr uid_t kNobody = 65534;

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

// The capabilities of packaging/tracker-dropmon.service, by their numbers.
std::vector<int> service_capabilities() {
  const std::map<std::string, int> numbers{
      {"CAP_BPF", CAP_BPF}, {"CAP_PERFMON", CAP_PERFMON}, {"CAP_SYS_PTRACE", CAP_SYS_PTRACE}};
  std::vector<int> capabilities;
  std::istringstream words(TRACKER_SERVICE_CAPABILITIES);
  for (std::string word; words >> word;) {
    const auto found = numbers.find(word);
    require(found != numbers.end(), "the service has a capability that this test does not know");
    capabilities.push_back(found->second);
  }
  require(!capabilities.empty(), "the service's capabilities were not found");
  return capabilities;
}

// Without CAP_SYS_ADMIN the kernel hands out no file descriptor of BTF, and none by an id.
TEST(Privileges, OfTheServiceAreEnoughToRecordDrops) {
  if (!std::getenv("TRACKER_LAB"))
    GTEST_SKIP() << "the service watches all namespaces: runs in the lab";
  const Pair pair;
  const ScratchFolder folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms::all);
  const std::string file = folder.file("dropmon.db");
  ProcessOptions service;
  service.user = kNobody;
  service.capabilities = service_capabilities();
  Process collector(
      {tracker_path(), "-p", "dropmon", "collect", "--quiet", "--max-size", "1G", "-o", file},
      service);
  EXPECT_EQ(wait_until_attached(collector), "attached 1 of 1 probes");
  const Flow flow{"UDP", {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, 9}};
  send_datagrams(pair.left, flow, kPackets);
  pair.settle();
  collector.send_signal(SIGTERM);
  const ProcessResult result = collector.wait();
  EXPECT_EQ(result.status, 0) << result.err;
  expect_drops(
      file, {"NO_SOCKET", udp_receive_place(), kPackets, flow, pair.right_end.device, &pair.right});
}

}  // namespace
}  // namespace tracker::kernel_test
