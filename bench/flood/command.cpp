// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/flood/command.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <sstream>
#include <thread>

#include "base/system_error.h"

namespace tracker::bench {
namespace {

constexpr int kCannotStart = 127;

std::string read_text(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool wait_for(const std::function<bool()>& holds, std::chrono::seconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

void redirect(const std::string& path, int flags, int fd) {
  const int opened = ::open(path.c_str(), flags, 0600);
  if (opened < 0 || ::dup2(opened, fd) < 0) ::_exit(kCannotStart);
}

[[noreturn]] void become(const std::vector<char*>& words, const std::string& folder) {
  constexpr int kOutput = O_WRONLY | O_CREAT | O_TRUNC | O_APPEND;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // A session of its own, as a tracer usually has: the scheduler gives each session one share of a
  // busy machine (autogroup), and the sender would pay for the tracer on the other CPU.
  ::setsid();
  redirect("/dev/null", O_RDONLY, STDIN_FILENO);
  redirect(folder + "/out", kOutput, STDOUT_FILENO);
  redirect(folder + "/err", kOutput, STDERR_FILENO);
  ::execvp(words[0], words.data());
  ::_exit(kCannotStart);
}

}  // namespace

Command::Command(std::string name, std::string folder)
    : name_(std::move(name)), folder_(std::move(folder)) {}

Command::Command(Command&& other) noexcept
    : name_(std::move(other.name_)),
      folder_(std::move(other.folder_)),
      pid_(std::exchange(other.pid_, -1)),
      wait_status_(other.wait_status_) {}

Command::~Command() {
  if (pid_ < 0 || has_ended()) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

Result<Command> Command::start(const std::vector<std::string>& words, const std::string& folder) {
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.data()));
  arguments.push_back(nullptr);
  Command command(fmt::format("{}", fmt::join(words, " ")), folder);
  for (const char* name : {"/out", "/err"}) std::ofstream(folder + name, std::ios::trunc);
  command.pid_ = ::fork();
  if (command.pid_ < 0) return system_error("start " + command.name_, errno);
  if (command.pid_ == 0) become(arguments, folder);
  return command;
}

bool Command::has_ended() {
  if (wait_status_) return true;
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) == pid_) wait_status_ = status;
  return wait_status_.has_value();
}

std::string Command::out() const { return read_text(folder_ + "/out"); }
std::string Command::err() const { return read_text(folder_ + "/err"); }

// With the last that it said, on one line.
Error Command::failed(const std::string& what) const {
  std::istringstream lines(err());
  std::string last;
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty()) last = line;
  }
  return Error{fmt::format("'{}' {}: {}", name_, what, last.empty() ? "it says nothing" : last)};
}

Result<void> Command::wait_until_it_says(const std::string& text) {
  const auto has_said = [&] {
    return err().find(text) != std::string::npos || out().find(text) != std::string::npos;
  };
  bool said = false;
  const bool in_time = wait_for(
      [&] {
        const bool ended = has_ended();
        said = has_said();
        return said || ended;
      },
      kPatience);
  if (!in_time) return failed(fmt::format("did not say '{}'", text));
  if (!said) return failed(fmt::format("ended before it said '{}'", text));
  return {};
}

Result<void> Command::stop() {
  if (!has_ended()) ::kill(pid_, SIGINT);
  return wait_for_end();
}

Result<void> Command::wait_for_end(std::chrono::seconds patience) {
  if (!wait_for([this] { return has_ended(); }, patience)) return failed("does not end");
  const bool is_clean = WIFEXITED(*wait_status_) && WEXITSTATUS(*wait_status_) == 0;
  // perf ends by the signal that it was sent, after it has written its file.
  const bool is_interrupted = WIFSIGNALED(*wait_status_) && WTERMSIG(*wait_status_) == SIGINT;
  if (!is_clean && !is_interrupted) return failed("failed");
  return {};
}

Result<std::string> output_of(const std::vector<std::string>& words, const std::string& folder) {
  TRY_ASSIGN(command, Command::start(words, folder));
  TRY(command.wait_for_end(kReadingPatience));
  return command.out();
}

bool is_installed(const std::string& program) {
  const char* const path = std::getenv("PATH");
  std::istringstream folders(path ? path : "/usr/sbin:/usr/bin:/sbin:/bin");
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (::access(fmt::format("{}/{}", folder, program).c_str(), X_OK) == 0) return true;
  }
  return false;
}

}  // namespace tracker::bench
