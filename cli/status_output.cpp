// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/status_output.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "cli/fit_columns.h"
#include "cli/unblocked_fd.h"

namespace tracker {

namespace {

constexpr size_t kMaxPending = 64 << 10;
// Without a descriptor of our own: what a pipe or terminal that is ready takes without waiting.
constexpr size_t kPiece = 256;
constexpr auto kFinalPatience = std::chrono::seconds(1);
constexpr std::string_view kClearLine = "\r\033[K";

}  // namespace

StatusOutput::StatusOutput(int fd) : own_(open_unblocked(fd)), fd_(own_ ? own_.get() : fd) {}

StatusOutput::~StatusOutput() {
  const auto give_up = std::chrono::steady_clock::now() + kFinalPatience;
  while (!pending_.empty() && std::chrono::steady_clock::now() < give_up) {
    pollfd ready{fd_, POLLOUT, 0};
    if (::poll(&ready, 1, 100) > 0 && (ready.revents & (POLLERR | POLLNVAL))) return;
    write_pending();
  }
}

void StatusOutput::write_pending() {
  while (!pending_.empty()) {
    pollfd ready{fd_, POLLOUT, 0};
    if (::poll(&ready, 1, 0) != 1 || !(ready.revents & POLLOUT)) return;
    const ssize_t size = ::write(fd_, pending_.data(), std::min(pending_.size(), kPiece));
    if (size <= 0) return;
    pending_.erase(0, static_cast<size_t>(size));
  }
}

void StatusOutput::progress(std::string_view line) {
  write_pending();
  if (!pending_.empty()) return;
  pending_ = "\r" + std::string(line) + "\033[K";
  has_progress_ = true;
  write_pending();
}

void StatusOutput::note(std::string_view line) {
  clear_progress();
  const std::string fitted = fit_columns(std::string(line), terminal_columns(fd_)) + "\n";
  if (pending_.size() + fitted.size() > kMaxPending) return;
  pending_ += fitted;
  write_pending();
}

void StatusOutput::clear_progress() {
  if (!has_progress_) return;
  has_progress_ = false;
  pending_ += kClearLine;
  write_pending();
}

}  // namespace tracker
