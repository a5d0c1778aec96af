// SPDX-License-Identifier: GPL-2.0-or-later
//
// LossIndex: how many events were lost on some CPUs in a stretch of time, in O(log n) per CPU
// whatever windows a recording holds.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "event/session.h"

namespace tracker {

// What a journey may lack.
struct Loss {
  static constexpr size_t kMaxCpus = 64;

  uint64_t events = 0;
  std::vector<uint16_t> cpus;      // rising; those with a loss, at most kMaxCpus of them
  uint64_t unreadable_events = 0;  // at least: in blocks of that time, of any CPU

  bool empty() const { return events == 0 && unreadable_events == 0; }
  bool operator==(const Loss&) const = default;
};

class LossIndex {
 public:
  explicit LossIndex(std::span<const LossWindow> windows);

  // Events of a block that could not be read: of any CPU.
  void add_unreadable(uint64_t from_ns, uint64_t to_ns, uint64_t events);
  // Once, after the last add and before the first question.
  void finish();

  // Of these CPUs (rising), between the times, both included.
  Loss on_cpus(std::span<const uint16_t> cpus, uint64_t from_ns, uint64_t to_ns) const;
  // Of all CPUs, from a time on.
  Loss anywhere_from(uint64_t from_ns) const;

 private:
  // Windows of one CPU. A window lies in [from, to] unless it begins after `to` or ends before
  // `from`; none does both, so two sums answer how many events those in between lost.
  class Windows {
   public:
    void add(uint64_t from_ns, uint64_t to_ns, uint64_t events);
    void finish();
    uint64_t lost(uint64_t from_ns, uint64_t to_ns) const;
    uint64_t last_ns() const { return ends_.empty() ? 0 : ends_.back().at_ns; }

   private:
    struct Sum {
      uint64_t at_ns;
      uint64_t events;  // sums of all up to and with this one, after finish()
    };
    static void accumulate(std::vector<Sum>& sums);
    std::vector<Sum> begins_;
    std::vector<Sum> ends_;
  };

  std::map<uint16_t, Windows> by_cpu_;
  Windows of_all_;
  std::vector<std::pair<uint64_t, uint16_t>> last_by_cpu_;  // end of the last window; latest first
  Windows unreadable_;
};

}  // namespace tracker
