// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/process.h"

#include <fcntl.h>
#include <fmt/ranges.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <cstdlib>

#include "harness/require.h"

namespace tracker::kernel_test {
namespace {

constexpr int kCannotStart = 127;

void redirect(const std::string& path, int flags, int fd) {
  const int opened = open(path.c_str(), flags | O_CLOEXEC, 0600);
  if (opened < 0 || dup2(opened, fd) < 0) _exit(kCannotStart);
}

uint64_t mask_of(const std::vector<int>& capabilities) {
  uint64_t mask = 0;
  for (const int capability : capabilities) mask |= uint64_t{1} << capability;
  return mask;
}

// Nothing but `capabilities`, which stay over exec, can be had from here on: what systemd does for
// AmbientCapabilities=, CapabilityBoundingSet= and NoNewPrivileges=. As another user than root.
bool keep_only(const std::vector<int>& capabilities) {
  const uint64_t mask = mask_of(capabilities);
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> data{};
  for (size_t i = 0; i < data.size(); ++i) {
    const auto word = static_cast<uint32_t>(mask >> (32 * i));
    data[i] = {word, word, word};
  }
  if (syscall(SYS_capset, &header, data.data()) != 0) return false;
  for (const int capability : capabilities) {
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) != 0) return false;
  }
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

// What is not bound cannot be had again, whatever is executed; as long as CAP_SETPCAP is there.
bool bind_to(const std::vector<int>& capabilities) {
  const uint64_t mask = mask_of(capabilities);
  for (int capability = 0; prctl(PR_CAPBSET_READ, capability) >= 0; ++capability) {
    if ((mask >> capability & 1) == 0 && prctl(PR_CAPBSET_DROP, capability) != 0) return false;
  }
  return true;
}

// Runs between fork and exec: ends the child where something cannot be had.
void become(const ProcessOptions& options) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (options.netns_fd && setns(*options.netns_fd, CLONE_NEWNET) != 0) _exit(kCannotStart);
  if (!options.folder.empty() && chdir(options.folder.c_str()) != 0) _exit(kCannotStart);
  for (const std::string& variable : options.setenv) {
    const size_t equals = variable.find('=');
    ::setenv(variable.substr(0, equals).c_str(), variable.substr(equals + 1).c_str(), 1);
  }
  if (!options.user) return;
  const uid_t user = *options.user;
  const bool keeps_some = !options.capabilities.empty();
  if (keeps_some && (!bind_to(options.capabilities) || prctl(PR_SET_KEEPCAPS, 1) != 0))
    _exit(kCannotStart);
  if (setgroups(0, nullptr) != 0 || setresgid(user, user, user) != 0 ||
      setresuid(user, user, user) != 0) {
    _exit(kCannotStart);
  }
  if (keeps_some && !keep_only(options.capabilities)) _exit(kCannotStart);
}

int status_number(int wait_status) {
  return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
}

}  // namespace

Process::Process(const std::vector<std::string>& arguments, const ProcessOptions& options)
    : name_(fmt::format("{}", fmt::join(arguments, " "))) {
  write_file(output_.file("in"), options.input);
  write_file(output_.file("out"), "");
  write_file(output_.file("err"), "");
  std::vector<char*> words;
  words.reserve(arguments.size() + 1);
  for (const std::string& argument : arguments) words.push_back(const_cast<char*>(argument.data()));
  words.push_back(nullptr);

  pid_ = require_call(fork(), "cannot fork");
  if (pid_ != 0) return;
  redirect(output_.file("in"), O_RDONLY, STDIN_FILENO);
  redirect(output_.file("out"), O_WRONLY | O_APPEND, STDOUT_FILENO);
  redirect(output_.file("err"), O_WRONLY | O_APPEND, STDERR_FILENO);
  become(options);
  execvp(words[0], words.data());
  _exit(kCannotStart);
}

Process::~Process() {
  if (!is_running()) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

bool Process::is_running() {
  if (status_) return false;
  int wait_status = 0;
  if (waitpid(pid_, &wait_status, WNOHANG) == pid_) status_ = status_number(wait_status);
  return !status_.has_value();
}

void Process::send_signal(int number) {
  require(is_running(), fmt::format("'{}' has ended already: {}", name_, err()));
  require_call(kill(pid_, number), "cannot send a signal");
}

ProcessResult Process::wait(std::chrono::milliseconds timeout) {
  if (!wait_for([this] { return !is_running(); }, timeout)) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    status_ = 128 + SIGKILL;
    throw std::runtime_error(fmt::format("'{}' did not end: {}", name_, err()));
  }
  return ProcessResult{*status_, out(), err()};
}

std::string Process::out() const { return read_file(output_.file("out")); }
std::string Process::err() const { return read_file(output_.file("err")); }

ProcessResult run_program(const std::vector<std::string>& arguments,
                          const ProcessOptions& options) {
  return Process(arguments, options).wait();
}

void require_program(const std::vector<std::string>& arguments, const ProcessOptions& options) {
  const ProcessResult result = run_program(arguments, options);
  require(result.status == 0,
          fmt::format("'{}' with input '{}' ended with {}: {}{}", fmt::join(arguments, " "),
                      options.input, result.status, result.out, result.err));
}

}  // namespace tracker::kernel_test
