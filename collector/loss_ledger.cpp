// SPDX-License-Identifier: GPL-2.0-or-later
#include "collector/loss_ledger.h"

#include <algorithm>

namespace tracker {

void LossLedger::add(Cpu& cpu, uint32_t number, uint64_t to_ns, uint64_t lost) {
  uint64_t count = lost - cpu.lost;
  cpu.lost = lost;
  if (cpu.window >= 0) {
    LossWindow& window = windows_[static_cast<size_t>(cpu.window)];
    if (cpu.last_ns <= window.to_ns + kMergeNs) {
      window.to_ns = std::max(window.to_ns, to_ns);
      window.count += count;
      return;
    }
  }
  cpu.window = static_cast<ptrdiff_t>(windows_.size());
  windows_.push_back({static_cast<uint16_t>(number), cpu.last_ns, to_ns, count});
}

void LossLedger::on_record(uint32_t cpu, uint64_t timestamp_ns, uint64_t lost_before) {
  if (cpu >= cpus_.size()) return;
  // An interrupt's record can carry a larger count than the next record in the ring: only growth
  // is news.
  if (lost_before > cpus_[cpu].lost) add(cpus_[cpu], cpu, timestamp_ns, lost_before);
  cpus_[cpu].last_ns = std::max(cpus_[cpu].last_ns, timestamp_ns);
}

void LossLedger::on_end(uint32_t cpu, uint64_t lost, uint64_t now_ns) {
  if (cpu < cpus_.size() && lost > cpus_[cpu].lost) add(cpus_[cpu], cpu, now_ns, lost);
}

}  // namespace tracker
