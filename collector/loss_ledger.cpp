// SPDX-License-Identifier: GPL-2.0-or-later
#include "collector/loss_ledger.h"

#include <algorithm>

namespace tracker {

void LossLedger::add(uint32_t number, uint64_t to_ns, uint64_t lost) {
  Cpu& cpu = cpus_[number];
  windows_.add({static_cast<uint16_t>(number), cpu.last_ns, to_ns, lost - cpu.lost});
  cpu.lost = lost;
}

void LossLedger::on_record(uint32_t cpu, uint64_t timestamp_ns, uint64_t lost_before) {
  if (cpu >= cpus_.size()) return;
  // An interrupt's record can carry a larger count than the next record in the ring: only growth
  // is news.
  if (lost_before > cpus_[cpu].lost) add(cpu, timestamp_ns, lost_before);
  cpus_[cpu].last_ns = std::max(cpus_[cpu].last_ns, timestamp_ns);
}

void LossLedger::on_undecoded(uint32_t cpu, uint64_t timestamp_ns) {
  if (cpu < cpus_.size()) windows_.add({static_cast<uint16_t>(cpu), timestamp_ns, timestamp_ns, 1});
}

void LossLedger::on_end(uint32_t cpu, uint64_t lost, uint64_t now_ns) {
  if (cpu < cpus_.size() && lost > cpus_[cpu].lost) add(cpu, now_ns, lost);
}

}  // namespace tracker
