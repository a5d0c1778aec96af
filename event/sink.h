// SPDX-License-Identifier: GPL-2.0-or-later
//
// EventSink: where decoded events go - a recording, live text, a counter in a test.
//
// The collector and the recording reader both push into it: one path, no second formatter.
#pragma once

#include <span>

#include "base/result.h"
#include "event/event.h"
#include "event/names.h"
#include "event/session.h"

namespace tracker {

class EventSink {
 public:
  virtual ~EventSink() = default;

  // Events in time order (as far as the collector's merging window reaches). `names` holds at
  // least every word that these events need. Both are valid during the call only.
  virtual Result<void> on_events(std::span<const Event> events, const Names& names) = 0;

  // Called about once a second and at the end: commit, flush, refresh.
  virtual Result<void> on_tick(const Session& session, const Names& names) = 0;
};

}  // namespace tracker
