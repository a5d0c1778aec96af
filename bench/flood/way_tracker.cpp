// SPDX-License-Identifier: GPL-2.0-or-later
#include <filesystem>
#include <nlohmann/json.hpp>

#include "bench/flood/way.h"

namespace tracker::bench {
namespace {

// The sums as `tracker stats` tells them.
Result<Tally> count_recording(const WaySettings& settings, const std::string& file) {
  TRY_ASSIGN(text,
             output_of({settings.tracker, "stats", "--format", "json", file}, settings.folder));
  Tally tally;
  const auto stats = nlohmann::json::parse(text);
  for (const auto& probe : stats.at("probes")) {
    tally.recorded += probe.at("recorded").get<uint64_t>();
    tally.lost += probe.at("lost").at("total").get<uint64_t>();
  }
  tally.file_bytes = std::filesystem::file_size(file);
  return tally;
}

}  // namespace

Way tracker_way(const WaySettings& settings, const std::string& name,
                const std::vector<std::string>& arguments) {
  const std::string file = settings.folder + "/flood.db";
  Way way;
  way.name = name;
  way.words = {settings.tracker, "collect", "--quiet", "-o", file};
  way.words.insert(way.words.end(), arguments.begin(), arguments.end());
  way.wait_until_ready = [](Command& command) { return command.wait_until_it_says("attached "); };
  way.count = [settings, file](const Command&) { return count_recording(settings, file); };
  way.sums_close = true;
  way.is_ours = true;
  return way;
}

}  // namespace tracker::bench
