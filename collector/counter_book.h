// SPDX-License-Identifier: GPL-2.0-or-later
//
// CounterBook: what became of records after the kernel counted them as recorded, so that
// seen = filtered + recorded + lost holds for what is handed on. What could not be written to the
// recording is known to RecordingWriter, which moves it to `storage` itself.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "event/session.h"

namespace tracker {

class CounterBook {
 public:
  // A record that came after --count was reached.
  void add_filtered(uint16_t probe, uint32_t cpu) { ++entry(probe, cpu).filtered; }
  // A record that could not be decoded.
  void add_reader_loss(uint16_t probe, uint32_t cpu) { ++entry(probe, cpu).reader; }

  // Moves these from `recorded` to where they belong.
  std::vector<ProbeCounters> settle(std::vector<ProbeCounters> kernel) const;

 private:
  struct Entry {
    uint64_t filtered = 0;
    uint64_t reader = 0;
  };
  Entry& entry(uint16_t probe, uint32_t cpu) { return entries_[{probe, cpu}]; }

  std::map<std::pair<uint16_t, uint32_t>, Entry> entries_;
};

}  // namespace tracker
