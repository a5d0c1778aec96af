// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/output.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <utility>

#include "base/system_error.h"
#include "cli/fit_columns.h"
#include "cli/text_style.h"

namespace tracker {
namespace {

constexpr size_t kBufferBytes = 64U << 10;

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

bool is_in_path(const std::string& program) {
  std::string_view path = environment("PATH");
  while (!path.empty()) {
    const size_t end = std::min(path.find(':'), path.size());
    const std::string candidate = std::string(path.substr(0, end)) + "/" + program;
    if (::access(candidate.c_str(), X_OK) == 0) return true;
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return false;
}

// Empty: none.
std::string pager_command() {
  if (std::getenv("PAGER") == nullptr) return is_in_path("less") ? "less" : "";
  const std::string_view pager = environment("PAGER");
  return pager == "cat" ? std::string() : std::string(pager);
}

// Signals as a program expects to find them.
class SpawnAttributes {
 public:
  SpawnAttributes() {
    sigset_t defaults;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    ::posix_spawnattr_init(&attributes_);
    ::posix_spawnattr_setsigdefault(&attributes_, &defaults);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnAttributes() { ::posix_spawnattr_destroy(&attributes_); }
  SpawnAttributes(const SpawnAttributes&) = delete;
  SpawnAttributes& operator=(const SpawnAttributes&) = delete;
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

class SpawnFiles {
 public:
  explicit SpawnFiles(int standard_input) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_adddup2(&actions_, standard_input, STDIN_FILENO);
  }
  ~SpawnFiles() { ::posix_spawn_file_actions_destroy(&actions_); }
  SpawnFiles(const SpawnFiles&) = delete;
  SpawnFiles& operator=(const SpawnFiles&) = delete;
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

}  // namespace

Result<std::unique_ptr<Output>> Output::open(Lines lines) {
  std::unique_ptr<Output> output(new Output);
  // A reader that is gone is a result of write(), not the end of the program.
  std::signal(SIGPIPE, SIG_IGN);
  if (::isatty(STDOUT_FILENO) == 0) return output;
  if (lines == Lines::kFitted) output->columns_ = terminal_columns(STDOUT_FILENO);
  output->has_colour_ = text_options("local", STDOUT_FILENO).colour;
  const std::string pager = pager_command();
  if (!pager.empty()) TRY(output->start_pager(pager));
  return output;
}

Result<void> Output::start_pager(const std::string& command) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return system_error("cannot make a pipe", errno);
  const UniqueFd read_end(ends[0]);
  pipe_ = UniqueFd(ends[1]);
  // less: end at once where all fits on the screen, take colours, leave the text on the screen.
  ::setenv("LESS", "FRX", 0);
  const SpawnFiles files(read_end.get());
  const SpawnAttributes attributes;
  std::string shell = "sh";
  std::string option = "-c";
  std::string typed = command;
  std::array<char*, 4> arguments{shell.data(), option.data(), typed.data(), nullptr};
  const int error =
      ::posix_spawn(&pager_, "/bin/sh", files.get(), attributes.get(), arguments.data(), environ);
  if (error != 0) {
    return system_error("cannot start the pager '" + command + "'", error,
                        "set PAGER=cat to do without");
  }
  std::signal(SIGINT, SIG_IGN);
  return {};
}

Output::~Output() {
  pipe_.reset();
  if (pager_ > 0) ::waitpid(pager_, nullptr, 0);
}

int Output::fd() const { return pipe_ ? pipe_.get() : STDOUT_FILENO; }

Result<bool> Output::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty() && !reader_is_gone_) {
    const ssize_t written = ::write(fd(), rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EPIPE) {
      reader_is_gone_ = true;
    } else if (errno != EINTR) {
      const int error = errno;
      buffer_.clear();
      return system_error("write to standard output", error);
    }
  }
  buffer_.clear();
  return !reader_is_gone_;
}

Result<bool> Output::write(std::string_view text) {
  if (reader_is_gone_) return false;
  if (columns_ == 0) {
    buffer_ += text;
  } else {
    buffer_ += fit_columns(std::string(text), columns_);
  }
  return buffer_.size() < kBufferBytes ? Result<bool>(true) : flush();
}

Result<bool> Output::close() {
  auto flushed = flush();
  // `head` may have had what it wants before the last write, which the pipe took nevertheless.
  pollfd reader{fd(), 0, 0};
  if (::poll(&reader, 1, 0) > 0 && (reader.revents & POLLERR) != 0) reader_is_gone_ = true;
  pipe_.reset();
  if (pager_ > 0) {
    while (::waitpid(pager_, nullptr, 0) < 0 && errno == EINTR) {
    }
    pager_ = -1;
  }
  if (!flushed) return std::move(flushed).error();
  return !reader_is_gone_;
}

Result<void> Output::print(std::string_view text, OutputFormat format) {
  TRY_ASSIGN(output, open(lines_of(format)));
  TRY(output->write(text));
  TRY(output->close());
  return {};
}

}  // namespace tracker
