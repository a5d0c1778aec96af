// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/flood/rounds.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "bench/flood/process_usage.h"
#include "bench/flood/run_time.h"

namespace tracker::bench {
namespace {

void measure_rate(Round& round, Sender& sender, const Command& command, double seconds) {
  const double cpu_before = cpu_seconds_of(command.pid());
  round.traced = sender.flood(seconds);
  round.cpu_share = (cpu_seconds_of(command.pid()) - cpu_before) / round.traced.seconds;
  round.sent += round.traced.datagrams;
  round.drops += round.traced.drops;
}

void measure_programs(Round& round, Sender& sender, const Command& command, double seconds) {
  const UniqueFd measuring = measure_run_time();
  const Sent sent = sender.flood(seconds / 2);
  // tracker's own names are cut: tracker_kfree_s
  const ProcessRunTime time = run_time_of(command.pid(), "kfree_s");
  round.sent += sent.datagrams;
  round.drops += sent.drops;
  const uint64_t at_drops = (time.named.runs > 0 ? time.named : time.all).nanoseconds;
  const auto drops = static_cast<double>(std::max<uint64_t>(sent.drops, 1));
  round.ns_per_event = static_cast<double>(at_drops) / drops;
  round.ns_of_all = static_cast<double>(time.all.nanoseconds) / drops;
}

void note_memory(Round& round, const Command& command) {
  const MemoryUsage memory = memory_of(command.pid());
  round.memory_bytes = memory.highest_besides_rings();
  round.ring_bytes = memory.rings_bytes;
}

Result<void> note_tally(Round& round, const Way& way, const Tally& tally) {
  round.recorded = tally.recorded;
  round.lost = tally.lost;
  if (tally.file_bytes > 0 && tally.recorded > 0)
    round.bytes_per_event =
        static_cast<double>(tally.file_bytes) / static_cast<double>(tally.recorded);
  if (!way.sums_close) {
    round.lost = round.drops - std::min(round.drops, round.recorded);
    return {};
  }
  if (tally.recorded + tally.lost == round.drops) return {};
  return Error{fmt::format("{}: {} recorded and {} lost are not the {} drops", way.name,
                           tally.recorded, tally.lost, round.drops)};
}

void empty_folder(const std::string& folder) {
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    std::filesystem::remove_all(entry.path());
}

Result<Round> measure_round(const Way& way, Sender& sender, const std::string& folder,
                            double seconds) {
  Round round;
  empty_folder(folder);
  if (way.prepare) TRY(way.prepare());
  round.untraced = sender.flood(seconds / 2);
  TRY_ASSIGN(command, Command::start(way.words, folder));
  TRY(way.wait_until_ready(command));
  measure_rate(round, sender, command, seconds);
  measure_programs(round, sender, command, seconds);
  note_memory(round, command);
  TRY(command.stop());
  round.untraced = round.untraced + sender.flood(seconds / 2);
  TRY_ASSIGN(tally, way.count(command));
  TRY(note_tally(round, way, tally));
  return round;
}

}  // namespace

Result<std::vector<Measurement>> measure(const std::vector<Way>& ways, Sender& sender,
                                         const std::string& folder, double seconds, int rounds) {
  std::vector<Measurement> measurements;
  for (const Way& way : ways) {
    measurements.push_back({way.name, {}, {}});
    if (!way.program.empty() && !is_installed(way.program))
      measurements.back().why_not = way.program + " is not installed";
  }
  for (int number = 0; number < rounds; ++number) {
    for (size_t i = 0; i < ways.size(); ++i) {
      if (!measurements[i].why_not.empty()) continue;
      Result<Round> round = measure_round(ways[i], sender, folder, seconds);
      if (round)
        measurements[i].rounds.push_back(*round);
      else if (ways[i].is_ours)
        return round.error();
      else
        measurements[i].why_not = round.error().message;
    }
  }
  return measurements;
}

}  // namespace tracker::bench
