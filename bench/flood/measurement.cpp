// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/flood/measurement.h"

#include <algorithm>
#include <functional>

namespace tracker::bench {
namespace {

std::vector<double> sorted(const std::vector<Round>& rounds,
                           const std::function<double(const Round&)>& value) {
  std::vector<double> values;
  values.reserve(rounds.size());
  for (const Round& round : rounds) values.push_back(value(round));
  std::sort(values.begin(), values.end());
  return values;
}

}  // namespace

Summary summary_of(const Measurement& measurement) {
  Summary sum;
  const std::vector<Round>& rounds = measurement.rounds;
  sum.rounds = rounds.size();
  if (rounds.empty()) return sum;
  const auto median = [&rounds](const std::function<double(const Round&)>& value) {
    return sorted(rounds, value)[rounds.size() / 2];
  };
  const std::vector<double> kept = sorted(rounds, &Round::kept);
  sum.kept = kept[kept.size() / 2];
  sum.least_kept = kept.front();
  sum.most_kept = kept.back();
  sum.kept_of_cpu = median(&Round::kept_of_cpu);
  sum.untraced_rate = median([](const Round& round) { return round.untraced.rate(); });
  sum.traced_rate = median([](const Round& round) { return round.traced.rate(); });
  sum.ns_per_event = median(&Round::ns_per_event);
  sum.ns_of_all = median(&Round::ns_of_all);
  sum.bytes_per_event = median(&Round::bytes_per_event);
  sum.cpu_share = median(&Round::cpu_share);
  for (const Round& round : rounds) {
    sum.sent += round.sent;
    sum.drops += round.drops;
    sum.recorded += round.recorded;
    sum.lost += round.lost;
    sum.memory_bytes = std::max(sum.memory_bytes, round.memory_bytes);
    sum.ring_bytes = std::max(sum.ring_bytes, round.ring_bytes);
  }
  return sum;
}

}  // namespace tracker::bench
