// SPDX-License-Identifier: GPL-2.0-or-later
//
// collect(): one collection from start to end.
//
// plan -> load -> attach -> drop privileges -> drain, decode, hand on, until something ends it ->
// detach -> wait for programs that still run -> drain the rest -> finish the recording -> report.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "collector/collect_options.h"
#include "collector/record_decoder.h"
#include "event/names.h"
#include "event/session.h"
#include "event/sink.h"

namespace tracker {

struct CollectProgress {
  uint64_t elapsed_ns = 0;
  uint64_t events = 0;           // handed on so far
  double events_per_second = 0;  // over the last second
  uint64_t lost = 0;
  uint64_t recording_bytes = 0;  // 0 where nothing is recorded
};

struct CollectObserver {
  // Functions are attached one by one, which takes long where there are many: so many are done.
  std::function<void(size_t done, size_t total)> on_attaching;
  // All probes were tried: session.attachments says what became of each. The recording has its name
  // by then: who is told that all is attached may open it.
  std::function<void(const Session& session)> on_attached;
  // A sentence that the user should read when it is true, before or while events are collected.
  std::function<void(const std::string& sentence)> on_note;
  // About once a second.
  std::function<void(const CollectProgress& progress)> on_progress;
};

struct CollectSummary {
  Session session;  // counters, losses and end are final
  Names names;
  uint64_t events = 0;
  LeftOut left_out;                      // words that there were too many of
  std::optional<int> command_status;     // of --cmd, where its end ended the collection
  std::optional<Error> recording_error;  // it could not be written (in part); has been said
  uint64_t after_limit = 0;  // came after --count or --max-size was reached; part of `filtered`
  bool has_ended_command = false;  // --cmd still ran when the collection ended
};

// Blocks until the collection ends: SIGINT, SIGTERM, --duration, --count, --max-size, the end of
// --cmd, little room left on the disk, or a recording that cannot be written any more (said by
// on_note when it happens). These
// signals are blocked in the calling thread (and so in threads that it starts) from before the
// probes are attached; call it from a thread that starts none of its own first, or block them.
// `sinks` get every event beside the recording; an error of a sink stops events to that sink only.
Result<CollectSummary> collect(const CollectOptions& options, const std::vector<EventSink*>& sinks,
                               const CollectObserver& observer);

}  // namespace tracker
