// SPDX-License-Identifier: GPL-2.0-or-later
#include "collector/child_command.h"

#include <dirent.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include "base/directory.h"
#include "base/system_error.h"

namespace tracker {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kGrace = std::chrono::seconds(2);
constexpr auto kRound = std::chrono::milliseconds(10);

struct ProcessLine {
  pid_t pid = 0;
  pid_t parent = 0;
};

// The number that `text` begins with, as the kernel wrote it.
bool read_pid(std::string_view text, pid_t& pid) {
  return std::from_chars(text.data(), text.data() + text.size(), pid).ec == std::errc();
}

// "812 (comm) S 1 ..."; comm may hold anything. False for a process that has gone or is a zombie.
bool read_process(const std::string& pid, ProcessLine& line) {
  std::ifstream file("/proc/" + pid + "/stat");
  std::string text;
  std::getline(file, text, '\0');
  const size_t comm_end = text.rfind(')');
  if (comm_end == std::string::npos || comm_end + 4 >= text.size()) return false;
  if (text[comm_end + 2] == 'Z' || text[comm_end + 2] == 'X') return false;
  return read_pid(pid, line.pid) &&
         read_pid(std::string_view(text).substr(comm_end + 4), line.parent);
}

// Whether /proc shows the processes of the namespace that we are in: after `unshare --pid` without
// --mount-proc its numbers are those of other processes.
bool proc_is_ours() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self", error).string() == std::to_string(::getpid());
}

bool is_in(const std::vector<pid_t>& processes, pid_t pid) {
  return std::find(processes.begin(), processes.end(), pid) != processes.end();
}

// All processes that descend from this one, in no order, but for `others` and what descends from
// them.
std::vector<pid_t> descendants(const std::vector<pid_t>& others) {
  std::vector<ProcessLine> all;
  if (!proc_is_ours()) return {};
  Directory directory(::opendir("/proc"));
  while (const dirent* entry = directory ? ::readdir(directory.get()) : nullptr) {
    ProcessLine line;
    if (std::isdigit(static_cast<unsigned char>(entry->d_name[0])) &&
        read_process(entry->d_name, line))
      all.push_back(line);
  }
  std::vector<pid_t> found{::getpid()};
  for (size_t i = 0; i < found.size(); ++i) {
    for (const ProcessLine& line : all) {
      if (line.parent == found[i] && !is_in(others, line.pid)) found.push_back(line.pid);
    }
  }
  found.erase(found.begin());
  return found;
}

// Another user's process can be signalled where tracker has CAP_KILL, which it keeps for that.
void signal_all(const std::vector<pid_t>& processes, int signal) {
  for (const pid_t pid : processes) ::kill(pid, signal);
}

}  // namespace

Result<ChildCommand> ChildCommand::start(const std::string& command) {
  ChildCommand child;
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::string shell = "/bin/sh", option = "-c", text = command;
  char* arguments[] = {shell.data(), option.data(), text.data(), nullptr};
  // An exec hands its children on: `sh -c 'tcpdump & exec tracker ...'`. They are not the
  // command's.
  child.others_ = descendants({});
  // Children belong to the process, so this is undone by nothing but its end.
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0)
    return system_error("become the parent of what " + command + " leaves behind", errno);
  int failed = posix_spawn(&child.pid_, shell.c_str(), nullptr, &attributes, arguments, environ);
  posix_spawnattr_destroy(&attributes);
  if (failed) return system_error("run " + command, failed);
  child.pidfd_.reset(static_cast<int>(::syscall(SYS_pidfd_open, child.pid_, 0)));
  if (!child.pidfd_) return system_error("wait for " + command, errno);
  return child;
}

// Also reaps what the command left behind and tracker was given.
std::optional<int> ChildCommand::status() {
  int raw = 0;
  while (const pid_t ended = ::waitpid(-1, &raw, WNOHANG)) {
    if (ended < 0) break;
    if (ended == pid_) status_ = WIFSIGNALED(raw) ? 128 + WTERMSIG(raw) : WEXITSTATUS(raw);
  }
  return status_;
}

// The command and all that it started.
std::vector<pid_t> ChildCommand::running() const {
  std::vector<pid_t> found = descendants(others_);
  if (!status_ && !is_in(found, pid_)) found.push_back(pid_);
  return found;
}

void ChildCommand::end(bool has_signal) {
  const auto start = Clock::now();
  bool terminated = false;
  for (std::vector<pid_t> left = running(); !left.empty(); left = running()) {
    const auto waited = Clock::now() - start;
    if (waited > 2 * kGrace) break;
    if (waited > kGrace) {
      // again and again: what forks while it is looked for is found in the next round
      signal_all(left, SIGKILL);
    } else if (!terminated && (!has_signal || waited > kGrace / 2)) {
      signal_all(left, SIGTERM);
      signal_all(left, SIGCONT);  // a stopped process acts on no other signal
      terminated = true;
    }
    std::this_thread::sleep_for(kRound);
    status();
  }
  status();
}

}  // namespace tracker
