// SPDX-License-Identifier: GPL-2.0-or-later
#include "postprocess/loss_index.h"

#include <algorithm>

namespace tracker {

void LossIndex::Windows::add(uint64_t from_ns, uint64_t to_ns, uint64_t events) {
  if (events == 0 || to_ns < from_ns) return;
  begins_.push_back({from_ns, events});
  ends_.push_back({to_ns, events});
}

void LossIndex::Windows::accumulate(std::vector<Sum>& sums) {
  std::sort(sums.begin(), sums.end(), [](const Sum& a, const Sum& b) { return a.at_ns < b.at_ns; });
  uint64_t total = 0;
  for (Sum& sum : sums) sum.events = total += sum.events;
}

void LossIndex::Windows::finish() {
  accumulate(begins_);
  accumulate(ends_);
}

uint64_t LossIndex::Windows::lost(uint64_t from_ns, uint64_t to_ns) const {
  const auto begun = std::upper_bound(begins_.begin(), begins_.end(), to_ns,
                                      [](uint64_t ns, const Sum& sum) { return ns < sum.at_ns; });
  const auto ended = std::lower_bound(ends_.begin(), ends_.end(), from_ns,
                                      [](const Sum& sum, uint64_t ns) { return sum.at_ns < ns; });
  const uint64_t begun_events = begun == begins_.begin() ? 0 : std::prev(begun)->events;
  const uint64_t ended_events = ended == ends_.begin() ? 0 : std::prev(ended)->events;
  return begun_events - ended_events;
}

LossIndex::LossIndex(std::span<const LossWindow> windows) {
  for (const LossWindow& window : windows) {
    by_cpu_[window.cpu].add(window.from_ns, window.to_ns, window.count);
    of_all_.add(window.from_ns, window.to_ns, window.count);
  }
}

void LossIndex::add_unreadable(uint64_t from_ns, uint64_t to_ns, uint64_t events) {
  unreadable_.add(from_ns, to_ns, events);
}

void LossIndex::finish() {
  for (auto& [cpu, windows] : by_cpu_) {
    windows.finish();
    last_by_cpu_.emplace_back(windows.last_ns(), cpu);
  }
  std::sort(last_by_cpu_.rbegin(), last_by_cpu_.rend());
  of_all_.finish();
  unreadable_.finish();
}

Loss LossIndex::on_cpus(std::span<const uint16_t> cpus, uint64_t from_ns, uint64_t to_ns) const {
  Loss loss;
  for (const uint16_t cpu : cpus) {
    const auto windows = by_cpu_.find(cpu);
    const uint64_t events = windows == by_cpu_.end() ? 0 : windows->second.lost(from_ns, to_ns);
    if (events == 0) continue;
    loss.events += events;
    if (loss.cpus.size() < Loss::kMaxCpus) loss.cpus.push_back(cpu);
  }
  loss.unreadable_events = unreadable_.lost(from_ns, to_ns);
  return loss;
}

Loss LossIndex::anywhere_from(uint64_t from_ns) const {
  Loss loss;
  loss.events = of_all_.lost(from_ns, UINT64_MAX);
  loss.unreadable_events = unreadable_.lost(from_ns, UINT64_MAX);
  if (loss.events == 0) return loss;
  for (const auto& [last_ns, cpu] : last_by_cpu_) {
    if (last_ns < from_ns || loss.cpus.size() == Loss::kMaxCpus) break;
    loss.cpus.push_back(cpu);
  }
  std::sort(loss.cpus.begin(), loss.cpus.end());
  return loss;
}

}  // namespace tracker
