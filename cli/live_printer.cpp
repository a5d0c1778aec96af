// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/live_printer.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/unique_fd.h"
#include "cli/unblocked_fd.h"

namespace tracker {

namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kQueueBytes = 1U << 20;
constexpr auto kRenderBudget = std::chrono::milliseconds(200);  // of each second
constexpr auto kFinalPatience = std::chrono::seconds(1);
constexpr int kWriteMilliseconds = 100;

// Where the text of an event ends in the queue, and whose it is.
struct TextEnd {
  size_t offset;
  uint16_t probe, cpu;
};

}  // namespace

struct LivePrinter::State {
  UniqueFd own;  // what `fd` is, where it could be opened again
  int fd;
  Render render;
  GapLine gap_line;
  Session session;

  // the collector's side
  uint64_t previous_ns = 0;
  uint64_t not_shown = 0;
  Clock::time_point second_start = Clock::now();
  Clock::duration spent{};

  std::mutex mutex;
  std::condition_variable changed;
  std::string queue;          // guarded by mutex
  std::vector<TextEnd> ends;  // guarded by mutex: of the events in the queue
  bool ending = false;        // guarded by mutex
  bool broken = false;        // guarded by mutex: nobody reads any more
  std::thread writer;

  ShownCounts shown;  // the writer's, until it has ended

  void write_queue();
  size_t write_text(std::string_view text);
  enum class Pushed { kYes, kNoRoom, kNobodyReads };
  Pushed push(const std::string& text, const Event& event);
  bool within_budget();
};

LivePrinter::LivePrinter(int fd, Render render, GapLine gap_line)
    : state_(std::make_unique<State>()) {
  state_->own = open_unblocked(fd);
  state_->fd = state_->own ? state_->own.get() : fd;
  state_->render = std::move(render);
  state_->gap_line = std::move(gap_line);
}

// With the first events: by then the collector has given its capabilities up, and the thread has
// none either (they belong to threads). It must never be the one that a signal ends: the collector
// reads signals from a signalfd.
void LivePrinter::start_writer() {
  if (state_->writer.joinable()) return;
  sigset_t all, before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  state_->writer = std::thread([this] { state_->write_queue(); });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

std::string LivePrinter::not_shown_text(uint64_t events) {
  return fmt::format("{} not shown\n", events);
}

LivePrinter::~LivePrinter() { finish(); }

const ShownCounts& LivePrinter::finish() {
  {
    std::lock_guard lock(state_->mutex);
    if (state_->not_shown > 0) state_->queue += state_->gap_line(state_->not_shown);
    state_->not_shown = 0;
    state_->ending = true;
  }
  state_->changed.notify_one();
  if (state_->writer.joinable()) state_->writer.join();
  return state_->shown;
}

void LivePrinter::set_session(const Session& session) { state_->session = session; }

// The value is how much of it was written: less than all when nobody reads any more, or when the
// end waits for a reader that does not read.
size_t LivePrinter::State::write_text(std::string_view text) {
  Clock::time_point give_up{};
  size_t written = 0;
  while (written < text.size()) {
    pollfd ready{fd, POLLOUT, 0};
    int polled = ::poll(&ready, 1, kWriteMilliseconds);
    {
      std::lock_guard lock(mutex);
      if (ending && give_up == Clock::time_point{}) give_up = Clock::now() + kFinalPatience;
    }
    if (polled == 0 && give_up != Clock::time_point{} && Clock::now() > give_up) return written;
    if (polled <= 0) continue;
    ssize_t size =
        ::write(fd, text.data() + written, std::min<size_t>(text.size() - written, 4096));
    if (size < 0 && errno != EAGAIN && errno != EINTR) return written;
    if (size > 0) written += static_cast<size_t>(size);
  }
  return written;
}

void LivePrinter::State::write_queue() {
  while (true) {
    std::string text;
    std::vector<TextEnd> text_ends;
    {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return ending || !queue.empty(); });
      if (queue.empty()) return;
      std::swap(text, queue);
      std::swap(text_ends, ends);
    }
    const size_t written = write_text(text);
    for (const TextEnd& end : text_ends) {
      if (end.offset <= written) ++shown[{end.probe, end.cpu}];
    }
    if (written < text.size()) {
      std::lock_guard lock(mutex);
      broken = true;
      return;
    }
  }
}

LivePrinter::State::Pushed LivePrinter::State::push(const std::string& text, const Event& event) {
  std::lock_guard lock(mutex);
  if (broken) return Pushed::kNobodyReads;
  if (queue.size() + text.size() > kQueueBytes) return Pushed::kNoRoom;
  queue += text;
  ends.push_back({queue.size(), event.probe, event.cpu});
  return Pushed::kYes;
}

bool LivePrinter::State::within_budget() {
  Clock::time_point now = Clock::now();
  if (now - second_start > std::chrono::seconds(1)) {
    second_start = now;
    spent = {};
  }
  return spent < kRenderBudget;
}

Result<void> LivePrinter::on_events(std::span<const Event> events, const Names& names) {
  State& state = *state_;
  start_writer();
  std::string text;
  for (size_t i = 0; i < events.size(); ++i) {
    if (!state.within_budget()) {
      state.not_shown += events.size() - i;
      break;
    }
    Clock::time_point start = Clock::now();
    text.clear();
    if (state.not_shown > 0) text = state.gap_line(state.not_shown);
    text += state.render(events[i], names, state.session, state.previous_ns);
    State::Pushed pushed = state.push(text, events[i]);
    if (pushed == State::Pushed::kNobodyReads) return Error{"nobody reads the events any more"};
    if (pushed == State::Pushed::kYes) {
      state.not_shown = 0;
      state.previous_ns = events[i].timestamp_ns;
    } else {
      ++state.not_shown;
    }
    state.spent += Clock::now() - start;
  }
  state.changed.notify_one();
  return {};
}

Result<void> LivePrinter::on_tick(const Session& session, const Names&) {
  state_->session.clocks = session.clocks;
  return {};
}

}  // namespace tracker
