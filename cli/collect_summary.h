// SPDX-License-Identifier: GPL-2.0-or-later
//
// What `collect` says at its end: drops by reason and place, and the counters.
#pragma once

#include <string>
#include <vector>

#include "cli/live_printer.h"
#include "collector/collection.h"
#include "collector/drop_tally.h"

namespace tracker {

// Of a collection without a recording: events that were handed on and not shown are lost on the
// reader's side, so that the sums still close, per probe and CPU.
void count_not_shown_as_lost(const ShownCounts& shown, std::vector<ProbeCounters>& counters);

// How many of the collection's events live output did not show.
uint64_t not_shown(const ShownCounts& shown, const CollectSummary& summary);

// Where the events of a collection went.
struct CollectOutcome {
  std::string recording;   // path; empty: there is none
  bool is_shown = true;    // live
  uint64_t not_shown = 0;  // what live output left out
  uint64_t not_lost = 0;   // frees that lost no packet (DropTally::not_lost)
};

// Lines for stderr.
std::string render_collect_summary(const CollectSummary& summary,
                                   const std::vector<DropTally::Row>& drops,
                                   const CollectOutcome& outcome);

}  // namespace tracker
