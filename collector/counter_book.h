// SPDX-License-Identifier: GPL-2.0-or-later
//
// CounterBook: what became of records after the kernel counted them as recorded, so that
// seen = filtered + recorded + lost holds for what is in the file.
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
  // An event that could not be written.
  void add_storage_loss(uint16_t probe, uint32_t cpu) { ++entry(probe, cpu).storage; }

  // Moves these from `recorded` to where they belong.
  std::vector<ProbeCounters> settle(std::vector<ProbeCounters> kernel) const;

 private:
  struct Entry {
    uint64_t filtered = 0;
    uint64_t reader = 0;
    uint64_t storage = 0;
  };
  Entry& entry(uint16_t probe, uint32_t cpu) { return entries_[{probe, cpu}]; }

  std::map<std::pair<uint16_t, uint32_t>, Entry> entries_;
};

}  // namespace tracker
