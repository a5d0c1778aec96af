// SPDX-License-Identifier: GPL-2.0-or-later
#include "collector/child_command.h"

#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "base/system_error.h"

namespace tracker {

namespace {

constexpr int kGraceMilliseconds = 2000;

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
  int failed = posix_spawn(&child.pid_, shell.c_str(), nullptr, &attributes, arguments, environ);
  posix_spawnattr_destroy(&attributes);
  if (failed) return system_error("run " + command, failed);
  child.pidfd_.reset(static_cast<int>(::syscall(SYS_pidfd_open, child.pid_, 0)));
  if (!child.pidfd_) return system_error("wait for " + command, errno);
  return child;
}

std::optional<int> ChildCommand::status() {
  int raw = 0;
  if (!status_ && ::waitpid(pid_, &raw, WNOHANG) == pid_)
    status_ = WIFSIGNALED(raw) ? 128 + WTERMSIG(raw) : WEXITSTATUS(raw);
  return status_;
}

int ChildCommand::end() {
  for (int signal : {SIGTERM, SIGKILL}) {
    if (status()) break;
    ::kill(pid_, signal);
    pollfd ended{pidfd_.get(), POLLIN, 0};
    ::poll(&ended, 1, signal == SIGTERM ? kGraceMilliseconds : -1);
  }
  return status().value_or(128 + SIGKILL);
}

}  // namespace tracker
