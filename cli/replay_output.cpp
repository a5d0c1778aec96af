// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/replay_output.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <climits>
#include <csignal>
#include <ctime>
#include <utility>

#include "base/system_error.h"

namespace tracker {
namespace {

constexpr uint64_t kNsPerSecond = 1'000'000'000;
constexpr size_t kBufferBytes = 64U << 10;
constexpr int kAtOnce = 0;
constexpr int kForever = -1;

}  // namespace

Result<std::unique_ptr<ReplayOutput>> ReplayOutput::open(int fd) {
  // A reader that is gone is a result of write(), not the end of the program.
  std::signal(SIGPIPE, SIG_IGN);
  TRY_ASSIGN(stop, StopSignal::open());
  return std::unique_ptr<ReplayOutput>(new ReplayOutput(fd, std::move(stop)));
}

// A pipe that is ready takes PIPE_BUF bytes without waiting: the wait is always poll()'s, which a
// signal ends too.
Result<void> ReplayOutput::write_some(std::string_view& rest) {
  std::array<pollfd, 2> states{{{fd_, POLLOUT, 0}, {stop_->fd(), POLLIN, 0}}};
  if (stop_->came()) {
    if (::poll(states.data(), 1, kAtOnce) <= 0) rest = {};
  } else if (::poll(states.data(), states.size(), kForever) < 0 || states[0].revents == 0) {
    return {};  // a signal: looked at next time
  }
  if (rest.empty()) return {};
  const ssize_t written = ::write(fd_, rest.data(), std::min<size_t>(rest.size(), PIPE_BUF));
  if (written >= 0) {
    rest.remove_prefix(static_cast<size_t>(written));
  } else if (errno == EPIPE) {
    reader_is_gone_ = true;
  } else if (errno != EINTR && errno != EAGAIN) {
    return system_error("write to standard output", errno);
  }
  return {};
}

Result<bool> ReplayOutput::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty() && !reader_is_gone_) TRY(write_some(rest));
  buffer_.clear();
  return !is_over();
}

Result<bool> ReplayOutput::write(std::string_view text) {
  if (is_over()) return false;
  buffer_ += text;
  return buffer_.size() < kBufferBytes ? Result<bool>(true) : flush();
}

uint64_t ReplayOutput::now_ns() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::nanoseconds(now).count());
}

Result<bool> ReplayOutput::sleep_until(uint64_t due_ns) {
  // Of standard output only its end: no event is asked for, POLLERR and POLLHUP come unasked.
  std::array<pollfd, 2> states{{{stop_->fd(), POLLIN, 0}, {fd_, 0, 0}}};
  for (uint64_t now = now_ns(); now < due_ns; now = now_ns()) {
    const uint64_t wait_ns = due_ns - now;
    const timespec wait{static_cast<time_t>(wait_ns / kNsPerSecond),
                        static_cast<long>(wait_ns % kNsPerSecond)};
    const int ready = ::ppoll(states.data(), states.size(), &wait, nullptr);
    if (ready < 0 && errno != EINTR) return system_error("wait for the next event", errno);
    if (ready > 0) {
      reader_is_gone_ = reader_is_gone_ || states[1].revents != 0;
      return false;
    }
  }
  return !is_over();
}

}  // namespace tracker
