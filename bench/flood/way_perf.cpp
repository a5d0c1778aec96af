// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/system_error.h"
#include "bench/flood/way.h"

namespace tracker::bench {
namespace {

std::string control_of(const WaySettings& settings) { return settings.folder + "/control"; }

// perf does not say when its events are open, but it answers orders then.
Result<void> enable(const WaySettings& settings, Command& perf) {
  TRY(perf.wait_until_it_says("Events disabled"));
  std::ofstream(control_of(settings)) << "enable\n";
  return perf.wait_until_it_says("Events enabled");
}

// "          SAMPLE events:     123456  (99.9%)"
Result<Tally> count_samples(const WaySettings& settings, const std::string& file) {
  TRY_ASSIGN(text, output_of({"perf", "report", "--stats", "-i", file}, settings.folder));
  Tally tally;
  const std::string name = "SAMPLE events:";
  const size_t at = text.find(name);
  if (at != std::string::npos)
    tally.recorded = std::strtoull(text.c_str() + at + name.size(), nullptr, 10);
  tally.file_bytes = std::filesystem::file_size(file);
  return tally;
}

}  // namespace

Way perf_way(const WaySettings& settings) {
  const std::string file = settings.folder + "/perf.data";
  const std::string control = control_of(settings);
  Way way;
  way.name = "perf-record";
  way.program = "perf";
  way.words = {"perf", "record", "-N", "-e", "skb:kfree_skb",
               "-c",   "1",      "-D", "-1", "--control=fifo:" + control,
               "-o",   file};
  if (settings.in_lab)
    way.words.emplace_back("-a");
  else
    way.words.insert(way.words.end(), {"-p", std::to_string(settings.sender)});
  way.prepare = [control]() -> Result<void> {
    if (::mkfifo(control.c_str(), 0600) != 0) return system_error("make " + control, errno);
    return {};
  };
  way.wait_until_ready = [settings](Command& perf) { return enable(settings, perf); };
  way.count = [settings, file](const Command&) { return count_samples(settings, file); };
  return way;
}

}  // namespace tracker::bench
