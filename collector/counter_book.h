// SPDX-License-Identifier: GPL-2.0-or-later
//
// CounterBook: what became of records after the kernel counted them as recorded, so that
// seen = filtered + recorded + lost holds for what is handed on. What could not be written to the
// recording is known to RecordingWriter, which moves it to `storage` itself.
#pragma once

#include <cstdint>
#include <vector>

#include "event/session.h"

namespace tracker {

class CounterBook {
 public:
  // A record that has left its ring and is dealt with: handed on, or one of the two below.
  void add_taken(uint16_t probe, uint32_t cpu) { ++entry(probe, cpu).taken; }
  // A record that came after --count or --max-size was reached.
  void add_filtered(uint16_t probe, uint32_t cpu) { ++entry(probe, cpu).filtered; }
  // A record that could not be decoded.
  void add_reader_loss(uint16_t probe, uint32_t cpu) { ++entry(probe, cpu).reader; }

  // Moves these from `recorded` to where they belong.
  std::vector<ProbeCounters> settle(std::vector<ProbeCounters> kernel) const;

  // The same while programs run: leaves out hits that are under way and records that are still in a
  // ring, so that the counters of a recording fit the events that it has by then. After detaching
  // the kernel's own `seen` stands, and the sums show whether it is right.
  std::vector<ProbeCounters> settle_so_far(std::vector<ProbeCounters> kernel) const;

 private:
  struct Entry {
    uint64_t taken = 0;
    uint64_t filtered = 0;
    uint64_t reader = 0;
  };
  Entry& entry(uint16_t probe, uint32_t cpu);
  Entry look_up(const ProbeCounters& counters) const;

  std::vector<std::vector<Entry>> entries_;  // by probe, by CPU
};

}  // namespace tracker
