// SPDX-License-Identifier: GPL-2.0-or-later
#include "collector/netns_names.h"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <ctime>
#include <fstream>
#include <sstream>

#include "base/directory.h"
#include "collector/host_facts.h"

namespace tracker {

namespace {

constexpr size_t kMaxNamespaces = 65536;

constexpr uint64_t kNsPerSecond = 1'000'000'000;
// Times of files and processes are those of the last tick.
constexpr uint64_t kTickNs = 10'000'000;

// A namespace's file is made when it is first looked at, for a name no later than the name.
uint64_t made_ns(const struct stat& file) {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  const auto in_ns = [](const timespec& time) {
    return static_cast<uint64_t>(time.tv_sec) * kNsPerSecond + static_cast<uint64_t>(time.tv_nsec);
  };
  const uint64_t boot = boottime_ns();
  const uint64_t age = in_ns(now) - std::min(in_ns(now), in_ns(file.st_ctim));
  return boot - std::min(boot, age);
}

std::string named(uint32_t inum, uint64_t event_ns) {
  Directory directory(::opendir("/run/netns"));
  if (!directory) return {};
  while (const dirent* entry = ::readdir(directory.get())) {
    std::string name = entry->d_name;
    struct stat info {};
    if (name == "." || name == ".." || ::stat(("/run/netns/" + name).c_str(), &info) != 0 ||
        info.st_ino != inum)
      continue;
    if (made_ns(info) <= event_ns + kTickNs) return name;
  }
  return {};
}

// The 22nd word of its stat, the 20th behind the process's own name; UINT64_MAX where it is gone.
uint64_t start_ns(const std::string& pid) {
  std::ifstream file("/proc/" + pid + "/stat");
  std::string text;
  std::getline(file, text);
  std::istringstream words(text.substr(std::min(text.rfind(')') + 1, text.size())));
  constexpr int kStartTime = 20;
  std::string word;
  for (int i = 0; i < kStartTime; ++i) words >> word;
  uint64_t ticks = 0;
  const auto [end, failed] = std::from_chars(word.data(), word.data() + word.size(), ticks);
  if (!words || failed != std::errc()) return UINT64_MAX;
  return ticks * (kNsPerSecond / static_cast<uint64_t>(::sysconf(_SC_CLK_TCK)));
}

std::string process_in(uint32_t inum, uint64_t event_ns) {
  Directory directory(::opendir("/proc"));
  if (!directory) return {};
  while (const dirent* entry = ::readdir(directory.get())) {
    std::string pid = entry->d_name;
    if (!std::isdigit(static_cast<unsigned char>(pid[0])) ||
        !has_inum("/proc/" + pid + "/ns/net", inum) || start_ns(pid) > event_ns)
      continue;
    std::string comm;
    std::ifstream file("/proc/" + pid + "/comm");
    std::getline(file, comm);
    return fmt::format("pid {} ({})", pid, comm);
  }
  return {};
}

// Elsewhere process 1 is a container's, or that of `unshare --pid`.
bool is_process_1_the_hosts() {
  constexpr uint32_t kInitialPidNamespace = 0xeffffffc;  // PROC_PID_INIT_INO, since 3.8
  return has_inum("/proc/self/ns/pid", kInitialPidNamespace);
}

std::string find_name(uint32_t inum, uint64_t event_ns) {
  std::string name = named(inum, event_ns);
  if (!name.empty()) return name;
  if (is_process_1_the_hosts() && has_inum("/proc/1/ns/net", inum)) return "host";
  return process_in(inum, event_ns);
}

}  // namespace

void NetnsNames::note(const Event& event, Names& names) {
  const NetnsSection& netns = event.netns;
  if (names.netns.size() >= kMaxNamespaces) return;
  if (!seen_.insert(netns.cookie ? netns.cookie : netns.inum).second) return;
  names.netns.push_back({netns.cookie, netns.inum, find_name(netns.inum, event.timestamp_ns)});
}

}  // namespace tracker
