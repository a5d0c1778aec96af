// SPDX-License-Identifier: GPL-2.0-or-later
//
// LossLedger: when and on which CPU events were lost on their way to the decoder: for want of room
// in a ring, from the count that each record carries, and as records that could not be decoded.
// What could not be written is known to RecordingWriter.
#pragma once

#include <cstdint>
#include <vector>

#include "event/loss_windows.h"

namespace tracker {

class LossLedger {
 public:
  explicit LossLedger(uint32_t cpus) : cpus_(cpus) {}

  // A record of `cpu`, in the order of its ring; `lost_before` counts what that CPU had lost.
  void on_record(uint32_t cpu, uint64_t timestamp_ns, uint64_t lost_before);

  // A record that could not be decoded.
  void on_undecoded(uint32_t cpu, uint64_t timestamp_ns);

  // What a CPU lost after its last record: up to `now_ns`.
  void on_end(uint32_t cpu, uint64_t lost, uint64_t now_ns);

  // A flood that fills the ring loses something between nearly any two records: their windows are
  // one (event/loss_windows.h).
  const LossWindows& windows() const { return windows_; }

 private:
  struct Cpu {
    uint64_t last_ns = 0;
    uint64_t lost = 0;
  };
  void add(uint32_t number, uint64_t to_ns, uint64_t lost);

  std::vector<Cpu> cpus_;
  LossWindows windows_;
};

}  // namespace tracker
