// SPDX-License-Identifier: GPL-2.0-or-later
//
// SinkList: the sinks of a collection beside its recording. One that fails once gets nothing more:
// a reader that went away must not end a collection.
#pragma once

#include <span>
#include <vector>

#include "event/sink.h"

namespace tracker {

class SinkList {
 public:
  // Not owned; they must outlive this.
  explicit SinkList(const std::vector<EventSink*>& sinks) : sinks_(sinks) {}

  void on_events(std::span<const Event> events, const Names& names) {
    std::erase_if(sinks_, [&](EventSink* sink) { return !sink->on_events(events, names); });
  }
  void on_tick(const Session& session, const Names& names) {
    std::erase_if(sinks_, [&](EventSink* sink) { return !sink->on_tick(session, names); });
  }

 private:
  std::vector<EventSink*> sinks_;  // those that have not failed
};

}  // namespace tracker
