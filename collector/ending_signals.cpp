// SPDX-License-Identifier: GPL-2.0-or-later
#include "collector/ending_signals.h"

#include <fmt/format.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>

#include "base/system_error.h"

namespace tracker {

Result<EndingSignals> EndingSignals::block() {
  sigset_t wanted;
  sigemptyset(&wanted);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction inherited {};
    // nohup. Not so SIGINT, which shells set to be ignored for every background job of a script:
    // `tracker collect & ...; kill -INT $!` ends it.
    const bool is_ignored = signal == SIGHUP && ::sigaction(signal, nullptr, &inherited) == 0 &&
                            inherited.sa_handler == SIG_IGN;
    if (!is_ignored) sigaddset(&wanted, signal);
  }
  if (::pthread_sigmask(SIG_BLOCK, &wanted, nullptr) != 0)
    return system_error("block signals", errno);
  EndingSignals signals;
  signals.fd_.reset(::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals.fd_) return system_error("wait for signals", errno);
  return signals;
}

std::optional<EndingSignals::Signal> EndingSignals::take() const {
  signalfd_siginfo info{};
  if (::read(fd_.get(), &info, sizeof(info)) != static_cast<ssize_t>(sizeof(info)))
    return std::nullopt;
  return Signal{fmt::format("SIG{}", ::sigabbrev_np(static_cast<int>(info.ssi_signo))),
                info.ssi_code == SI_KERNEL};
}

}  // namespace tracker
