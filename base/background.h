// SPDX-License-Identifier: GPL-2.0-or-later
//
// Background: one piece of work beside the caller's; for_each_in_parallel(): many.
//
// Threads made here take no signals: those are for the thread that waits for them.
#pragma once

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <functional>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace tracker {

// Blocks all signals of this thread while it lives, so that a thread that is made meanwhile begins
// with all of them blocked.
class AllSignalsBlocked {
 public:
  AllSignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~AllSignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  AllSignalsBlocked(const AllSignalsBlocked&) = delete;
  AllSignalsBlocked& operator=(const AllSignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

// Nothing where the system has no room for another thread: the caller then works alone.
inline std::optional<std::thread> start_thread(std::function<void()> work) {
  const AllSignalsBlocked blocked;
  try {
    return std::thread(std::move(work));
  } catch (const std::system_error&) {
    return std::nullopt;
  }
}

// Begins `work` in a thread of its own. take() waits for its value, and does the work itself where
// there is no thread. What `work` refers to outlives this object, which waits as well.
template <typename T>
class Background {
 public:
  explicit Background(std::function<T()> work) : work_(std::move(work)) {
    thread_ = start_thread([this] { value_.emplace(work_()); });
  }
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;
  ~Background() { wait(); }

  // Once.
  T take() {
    wait();
    return value_ ? std::move(*value_) : work_();
  }

 private:
  void wait() {
    if (thread_ && thread_->joinable()) thread_->join();
  }

  std::function<T()> work_;
  std::optional<T> value_;
  std::optional<std::thread> thread_;
};

// Calls work(0) to work(count - 1), each once, from as many threads as there are CPUs at most, and
// returns when all have ended.
inline void for_each_in_parallel(size_t count, const std::function<void(size_t)>& work) {
  std::atomic<size_t> next{0};
  const auto take_turns = [&] {
    for (size_t i = next++; i < count; i = next++) work(i);
  };
  const size_t cpus = std::max(1U, std::thread::hardware_concurrency());
  std::vector<std::thread> others;
  while (others.size() + 1 < std::min(cpus, count)) {
    auto thread = start_thread(take_turns);
    if (!thread) break;
    others.push_back(std::move(*thread));
  }
  take_turns();
  for (std::thread& thread : others) thread.join();
}

}  // namespace tracker
