// SPDX-License-Identifier: GPL-2.0-or-later
//
// LivePrinter: events on stdout while they are collected, never at the price of recording them.
//
// A thread of its own writes; between it and the collector is a queue of bounded size. Lines that
// the queue has no room for, or whose rendering would take more than a fifth of the collector's
// time, are left out, and "N not shown" stands where they would have been. A reader that went away
// ends the printing, silently, and nothing else.
//
// finish() says how many events were shown, by probe and CPU: without a recording all others are
// lost (count_not_shown_as_lost()).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "event/render.h"
#include "event/sink.h"

namespace tracker {

using ShownCounts = std::map<std::pair<uint16_t, uint16_t>, uint64_t>;  // by probe and CPU

class LivePrinter : public EventSink {
 public:
  using Render =
      std::function<std::string(const Event&, const Names&, const Session&, uint64_t previous_ns)>;

  // The line, with its end, that stands where a slow reader made so many events be left out.
  using GapLine = std::function<std::string(uint64_t events)>;
  static std::string not_shown_text(uint64_t events);  // "17 not shown"

  // Writes to `fd`, which stays the caller's; to a terminal or pipe through a descriptor of its own
  // that never blocks.
  LivePrinter(int fd, Render render, GapLine gap_line = not_shown_text);
  ~LivePrinter() override;  // finish()

  // Fails once nobody reads any more, so that the collector stops handing events on.
  Result<void> on_events(std::span<const Event> events, const Names& names) override;
  Result<void> on_tick(const Session& session, const Names& names) override;

  // For time zones; before the first event.
  void set_session(const Session& session);

  // After the last event: writes what is queued, for at most a second, and says what was written
  // in all. What had not been written when the reader went away is not in it.
  const ShownCounts& finish();

 private:
  void start_writer();

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tracker
