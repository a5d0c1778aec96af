// SPDX-License-Identifier: GPL-2.0-or-later
//
// Stats: what a recording holds and what it lacks - probes and their counters, loss, rates, sizes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "event/session.h"
#include "postprocess/block_source.h"
#include "postprocess/selection.h"
#include "postprocess/time_order.h"

namespace tracker {

// Hits over all CPUs. seen = filtered + recorded + lost().
struct ProbeTotals {
  uint64_t seen = 0;
  uint64_t filtered = 0;
  uint64_t recorded = 0;
  uint64_t ring_full = 0;
  uint64_t reader = 0;
  uint64_t storage = 0;
  uint64_t unattributed = 0;  // part of filtered
  uint64_t untracked = 0;     // part of seen

  uint64_t lost() const { return ring_full + reader + storage; }
  bool sums_close() const { return seen == filtered + recorded + lost(); }
  void add(const ProbeCounters& counters);
  bool operator==(const ProbeTotals&) const = default;
};

// A probe that was asked for.
struct ProbeStats {
  std::string target;
  bool is_attached = false;
  bool is_inferred = false;       // its packets are those in hand
  std::string how;                // "tp_btf"; empty where not attached
  std::string problem;            // a sentence, where not attached
  std::optional<int64_t> missed;  // hits that the kernel did not run the program for; if counted
  ProbeTotals totals;
  uint64_t selected = 0;  // events in the recording that match the selection

  bool operator==(const ProbeStats&) const = default;
};

// A number of events and the time they span.
struct EventSpanStats {
  uint64_t events = 0;
  uint64_t first_ns = 0;  // 0 without events
  uint64_t last_ns = 0;

  uint64_t duration_ns() const { return last_ns - first_ns; }
  // Over the time they span; 0 where that is no time.
  double events_per_second() const;
  bool operator==(const EventSpanStats&) const = default;
};

struct Stats {
  std::string path;
  uint64_t file_bytes = 0;  // with its -wal
  uint64_t blocks = 0;
  uint64_t block_bytes = 0;  // compressed
  EventSpanStats events;
  std::optional<EventSpanStats> selected;  // where the selection is not everything
  std::vector<ProbeStats> probes;
  ProbeTotals totals;

  // Of the whole file; 0 without events.
  double bytes_per_event() const;
};

// Reads events only where the selection asks for some of them; damaged blocks are added to
// `damaged` then.
Stats make_stats(const BlockSource& source, const std::string& path, uint64_t file_bytes,
                 const Selection& selection, std::vector<DamagedBlock>& damaged);

// Text over several lines, of many probes without those that saw no hit unless `all`; one JSON
// object and a newline (docs/journeys.md).
std::string render_stats_text(const Stats& stats, const Session& session, bool all);
std::string render_stats_json(const Stats& stats, const Session& session);

}  // namespace tracker
