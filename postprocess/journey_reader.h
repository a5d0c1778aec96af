// SPDX-License-Identifier: GPL-2.0-or-later
//
// read_journeys: all journeys of a recording, first seen first, each with its events in time order.
//
// Exact and in bounded memory: 16 to 20 bytes per event of the recording while its chains are built
// (journey_index.h), 4 to 8 after that, 16 bytes per link between packets, and EventFetcher's
// budget. Journeys are read from the file in batches; one that is larger than a batch is read
// twice, to learn its verdict and then to show it, and handed on in pieces.
//
// Measured by bench/sort_bench.cpp on a 2-core virtual machine, 10 million events: 229 MiB at most
// (10 million packets of one event, file not in time order); CPU time per event 0.12 us for reading
// the file alone, 0.6 us in order, 1.0 us with text (packets of four events), 1.3 us with text
// (packets of one).
#pragma once

#include <span>
#include <vector>

#include "postprocess/block_source.h"
#include "postprocess/journey.h"
#include "postprocess/selection.h"
#include "postprocess/time_order.h"

namespace tracker {

// Whoever shows journeys. False: nobody wants more; reading stops without an error.
class JourneySink {
 public:
  virtual ~JourneySink() = default;

  virtual Result<bool> begin(const Journey& journey) = 0;
  // The next events of it, at least once; all of them unless the journey is very large. Valid
  // during the call only.
  virtual Result<bool> steps(std::span<const Event* const> events) = 0;
  virtual Result<bool> end(const Journey& journey) = 0;
};

struct JourneyOptions {
  Selection selection;
  bool only_drops = false;  // journeys whose verdict is a drop
  size_t memory_budget_bytes = EventFetcher::kDefaultBudgetBytes;  // for decoded blocks
};

// Damaged blocks are left out and returned; journeys of their time are not complete.
Result<std::vector<DamagedBlock>> read_journeys(const BlockSource& source,
                                                const JourneyOptions& options, JourneySink& sink);

}  // namespace tracker
