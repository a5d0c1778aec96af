// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/flood/aims.h"

#include <fmt/format.h>

#include <optional>
#include <string_view>

namespace tracker::bench {
namespace {

constexpr double kKept = 0.75;
constexpr double kKeptWithStacks = 0.5;  // an aim in the guest only
constexpr double kTimesBare = 1.25;
constexpr double kBytesOfOneFlow = 4;
constexpr double kBytesOfMixedFlows = 12;
constexpr double kMemoryMiB = 64;
// Of fewer, a file's small tables weigh more than its events.
constexpr uint64_t kEventsOfAFile = 100'000;

std::string line(std::string_view way, std::string_view what, std::string_view aim, bool reached) {
  return fmt::format("{:<15} {}; aim {}: {}\n", way, what, aim, reached ? "reached" : "missed");
}

std::optional<Summary> find(const std::vector<Measurement>& measurements, std::string_view way) {
  for (const Measurement& measurement : measurements) {
    if (measurement.way == way && !measurement.rounds.empty()) return summary_of(measurement);
  }
  return std::nullopt;
}

std::string render_kept(std::string_view way, const Summary& sum, double aim) {
  return line(way,
              fmt::format("the sender keeps {:.2f} of its rate ({:.2f} by its CPU time)", sum.kept,
                          sum.kept_of_cpu),
              fmt::format(">= {:.2f}", aim), sum.kept >= aim) +
         line(way, fmt::format("{} of {} lost", sum.lost, sum.drops), "none", sum.lost == 0);
}

std::string render_memory(std::string_view way, const Summary& sum) {
  const double mib = static_cast<double>(sum.memory_bytes) / (1U << 20);
  return line(way, fmt::format("{:.1f} MiB besides the rings", mib),
              fmt::format("<= {:.0f} MiB", kMemoryMiB), mib <= kMemoryMiB);
}

// Of these alone the cost in the kernel is compared: a bare program takes no stacks.
bool is_without_stacks(std::string_view way) { return way.starts_with("nostack"); }

std::string render_bytes(std::string_view way, const Summary& sum, uint32_t flows) {
  const double aim = flows == 1 ? kBytesOfOneFlow : kBytesOfMixedFlows;
  return line(way,
              fmt::format("{:.2f} bytes an event of {} {}", sum.bytes_per_event, flows,
                          flows == 1 ? "flow" : "flows"),
              fmt::format("<= {:.0f}", aim), sum.bytes_per_event <= aim);
}

std::string render_dropmon(std::string_view way, const Summary& sum,
                           const std::optional<Summary>& bare, uint32_t flows) {
  std::string text = render_kept(way, sum, kKept);
  if (is_without_stacks(way) && bare && bare->ns_per_event > 0) {
    const double times = sum.ns_per_event / bare->ns_per_event;
    text += line(way,
                 fmt::format("{:.0f} ns an event, {:.2f} of bare's {:.0f}", sum.ns_per_event, times,
                             bare->ns_per_event),
                 fmt::format("<= {:.2f}", kTimesBare), times <= kTimesBare);
  }
  if (sum.recorded / sum.rounds >= kEventsOfAFile) text += render_bytes(way, sum, flows);
  return text + render_memory(way, sum);
}

}  // namespace

std::string render_aims(const std::vector<Measurement>& measurements, uint32_t flows, bool in_lab) {
  const std::optional<Summary> bare = find(measurements, "bare");
  std::string text;
  for (const char* way : {"dropmon", "dropmon-netns", "nostack", "nostack-netns"}) {
    if (const auto sum = find(measurements, way)) text += render_dropmon(way, *sum, bare, flows);
  }
  for (const char* way : {"stacks", "stacks-netns"}) {
    const auto sum = find(measurements, way);
    if (sum && in_lab) text += render_kept(way, *sum, kKeptWithStacks);
    if (sum) text += render_memory(way, *sum);
  }
  return text;
}

}  // namespace tracker::bench
