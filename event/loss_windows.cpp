// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/loss_windows.h"

#include <algorithm>
#include <tuple>

namespace tracker {

namespace {

// Whether `a`, which begins no later than `b`, reaches it; without a sum that could overflow.
bool reaches(const LossWindow& a, const LossWindow& b, uint64_t gap_ns) {
  return b.from_ns <= a.to_ns || b.from_ns - a.to_ns <= gap_ns;
}

bool belong_together(const LossWindow& a, const LossWindow& b, uint64_t gap_ns) {
  return a.from_ns <= b.from_ns ? reaches(a, b, gap_ns) : reaches(b, a, gap_ns);
}

void join(LossWindow& window, const LossWindow& other) {
  window.from_ns = std::min(window.from_ns, other.from_ns);
  window.to_ns = std::max(window.to_ns, other.to_ns);
  window.count += other.count;
}

}  // namespace

void LossWindows::add(const LossWindow& given) {
  ++revision_;
  // An interrupt's event fits between another's time stamp and its reserve: the ends may be
  // swapped.
  LossWindow loss = given;
  if (loss.to_ns < loss.from_ns) std::swap(loss.from_ns, loss.to_ns);
  auto [latest, is_first] = latest_.try_emplace(loss.cpu, windows_.size());
  if (!is_first && belong_together(windows_[latest->second], loss, gap_ns_)) {
    join(windows_[latest->second], loss);
    return;
  }
  latest->second = windows_.size();
  windows_.push_back(loss);
  if (windows_.size() > max_windows_) join_nearest();
}

// Down to half of what is permitted, so that the next time is far away.
void LossWindows::join_nearest() {
  std::sort(windows_.begin(), windows_.end(), [](const LossWindow& a, const LossWindow& b) {
    return std::tie(a.cpu, a.from_ns) < std::tie(b.cpu, b.from_ns);
  });
  while (windows_.size() > std::max(max_windows_ / 2, latest_.size()) && gap_ns_ < UINT64_MAX / 2) {
    gap_ns_ *= 2;
    auto kept = windows_.begin();
    for (auto next = kept + 1; next != windows_.end(); ++next) {
      if (next->cpu == kept->cpu && reaches(*kept, *next, gap_ns_)) {
        join(*kept, *next);
      } else {
        *++kept = *next;
      }
    }
    windows_.erase(kept + 1, windows_.end());
  }
  std::stable_sort(windows_.begin(), windows_.end(),
                   [](const LossWindow& a, const LossWindow& b) { return a.from_ns < b.from_ns; });
  for (size_t i = 0; i < windows_.size(); ++i) latest_[windows_[i].cpu] = i;
}

}  // namespace tracker
