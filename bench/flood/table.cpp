// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/flood/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tracker::bench {
namespace {

constexpr double kMiB = 1U << 20;
constexpr char kUntraced[] = "untraced";

double median_untraced(const std::vector<Measurement>& measurements) {
  std::vector<double> rates;
  for (const Measurement& measurement : measurements) {
    for (const Round& round : measurement.rounds) rates.push_back(round.untraced.rate());
  }
  std::sort(rates.begin(), rates.end());
  return rates.empty() ? 0 : rates[rates.size() / 2];
}

// Nothing where nothing was measured.
std::string number_or_dash(double value, int digits) {
  return value > 0 ? fmt::format("{:.{}f}", value, digits) : "-";
}

std::string render_row(const Measurement& measurement) {
  if (measurement.rounds.empty())
    return fmt::format("{:<15} not measured: {}\n", measurement.way, measurement.why_not);
  const Summary sum = summary_of(measurement);
  return fmt::format(
      "{:<15} {:>5.2f} {:>9} {:>6.2f} {:>9.0f} {:>9} {:>9} {:>8} {:>6} {:>6} {:>6} {:>7.1f} "
      "{:>6.1f} "
      "{:>4.0f}\n",
      measurement.way, sum.kept, fmt::format("{:.2f}-{:.2f}", sum.least_kept, sum.most_kept),
      sum.kept_of_cpu, sum.traced_rate, sum.drops, sum.recorded, sum.lost,
      number_or_dash(sum.ns_per_event, 0), number_or_dash(sum.ns_of_all, 0),
      number_or_dash(sum.bytes_per_event, 2), static_cast<double>(sum.memory_bytes) / kMiB,
      static_cast<double>(sum.ring_bytes) / kMiB, sum.cpu_share * 100);
}

nlohmann::ordered_json to_json(const Measurement& measurement) {
  nlohmann::ordered_json line;
  line["way"] = measurement.way;
  if (measurement.rounds.empty()) {
    line["not_measured"] = measurement.why_not;
    return line;
  }
  const Summary sum = summary_of(measurement);
  line["kept"] = sum.kept;
  line["kept_least"] = sum.least_kept;
  line["kept_most"] = sum.most_kept;
  line["kept_of_cpu"] = sum.kept_of_cpu;
  line["untraced_rate"] = sum.untraced_rate;
  line["rate"] = sum.traced_rate;
  line["sent"] = sum.sent;
  line["drops"] = sum.drops;
  line["recorded"] = sum.recorded;
  line["lost"] = sum.lost;
  line["ns_per_event"] = sum.ns_per_event;
  line["ns_of_all"] = sum.ns_of_all;
  if (sum.bytes_per_event > 0) line["bytes_per_event"] = sum.bytes_per_event;
  line["memory_bytes"] = sum.memory_bytes;
  line["ring_bytes"] = sum.ring_bytes;
  line["cpu"] = sum.cpu_share;
  return line;
}

}  // namespace

std::string render_table(const std::vector<Measurement>& measurements) {
  std::string text = fmt::format(
      "{:<15} {:>5} {:>9} {:>6} {:>9} {:>9} {:>9} {:>8} {:>6} {:>6} {:>6} {:>7} {:>6} {:>4}\n",
      "way", "kept", "from-to", "of CPU", "rate/s", "drops", "recorded", "lost", "ns/evt", "ns/all",
      "B/evt", "mem MiB", "rings", "cpu%");
  text += fmt::format("{:<15} {:>5.2f} {:>9} {:>6.2f} {:>9.0f}\n", kUntraced, 1.0, "", 1.0,
                      median_untraced(measurements));
  for (const Measurement& measurement : measurements) text += render_row(measurement);
  return text;
}

std::string render_json_lines(const std::vector<Measurement>& measurements) {
  nlohmann::ordered_json untraced{{"way", kUntraced}, {"kept", 1.0}};
  untraced["rate"] = median_untraced(measurements);
  std::string text = untraced.dump() + "\n";
  for (const Measurement& measurement : measurements) text += to_json(measurement).dump() + "\n";
  return text;
}

}  // namespace tracker::bench
