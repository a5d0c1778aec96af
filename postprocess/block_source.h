// SPDX-License-Identifier: GPL-2.0-or-later
//
// BlockSource: where postprocess reads events from, block by block. A recording
// (recording_source.h) or, in tests, a list of events.
#pragma once

#include <cstddef>
#include <vector>

#include "base/result.h"
#include "event/event.h"
#include "event/names.h"
#include "event/session.h"
#include "storage/reader.h"

namespace tracker {

class BlockSource {
 public:
  virtual ~BlockSource() = default;

  virtual const Session& session() const = 0;
  virtual const Names& names() const = 0;
  // In file order; BlockInfo says how many events and of which times each holds.
  virtual const std::vector<BlockInfo>& blocks() const = 0;
  // Stretches of time whose blocks are missing from blocks(): what happened then is not known.
  virtual std::vector<TimeGap> gaps() const { return {}; }
  // Block `index` into `events`, which is resized; capacities are reused.
  virtual Result<void> read_block(size_t index, std::vector<Event>& events) const = 0;
};

}  // namespace tracker
