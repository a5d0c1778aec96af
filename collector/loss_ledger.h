// SPDX-License-Identifier: GPL-2.0-or-later
//
// LossLedger: when and on which CPU events were lost, from the count that each record carries.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "event/session.h"

namespace tracker {

class LossLedger {
 public:
  explicit LossLedger(uint32_t cpus) : cpus_(cpus) {}

  // A record of `cpu`, in the order of its ring; `lost_before` counts what that CPU had lost.
  void on_record(uint32_t cpu, uint64_t timestamp_ns, uint64_t lost_before);

  // What a CPU lost after its last record: up to `now_ns`.
  void on_end(uint32_t cpu, uint64_t lost, uint64_t now_ns);

  // Windows of one CPU that follow each other within kMergeNs are one: a flood that fills the ring
  // loses something between nearly any two records.
  const std::vector<LossWindow>& windows() const { return windows_; }

 private:
  static constexpr uint64_t kMergeNs = 100'000'000;

  struct Cpu {
    uint64_t last_ns = 0;
    uint64_t lost = 0;
    ptrdiff_t window = -1;  // the CPU's latest, index into windows_
  };
  void add(Cpu& cpu, uint32_t number, uint64_t to_ns, uint64_t lost);

  std::vector<Cpu> cpus_;
  std::vector<LossWindow> windows_;
};

}  // namespace tracker
