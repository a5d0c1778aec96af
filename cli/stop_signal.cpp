// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/stop_signal.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "base/check.h"
#include "base/system_error.h"

namespace tracker {
namespace {

// A handler that writes instead of a signalfd: that would need the signals blocked, and a write()
// that waits for its reader could not be ended any more.
volatile std::sig_atomic_t g_writer = -1;

void on_signal(int) {
  const int error = errno;
  (void)!::write(g_writer, "", 1);
  errno = error;
}

void set_handler(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;  // without SA_RESTART: a write() ends
  sigemptyset(&action.sa_mask);
  for (const int number : {SIGINT, SIGTERM}) CHECK(::sigaction(number, &action, nullptr) == 0);
}

}  // namespace

Result<std::unique_ptr<StopSignal>> StopSignal::open() {
  CHECK(g_writer == -1);
  std::array<int, 2> ends{};
  // A full pipe says all there is to say.
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) return system_error("make a pipe", errno);
  std::unique_ptr<StopSignal> stop(new StopSignal);
  stop->reader_.reset(ends[0]);
  stop->writer_.reset(ends[1]);
  g_writer = ends[1];
  set_handler(on_signal);
  return stop;
}

StopSignal::~StopSignal() {
  set_handler(SIG_DFL);
  g_writer = -1;
}

bool StopSignal::came() const {
  pollfd state{reader_.get(), POLLIN, 0};
  return ::poll(&state, 1, 0) > 0;
}

}  // namespace tracker
