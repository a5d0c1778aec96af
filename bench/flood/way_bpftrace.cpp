// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "bench/flood/way.h"

namespace tracker::bench {
namespace {

// What follows `word` in the line as a number; 0 where it is not there.
uint64_t number_after(const std::string& line, const std::string& word) {
  const size_t at = line.find(word);
  return at == std::string::npos ? 0 : std::strtoull(line.c_str() + at + word.size(), nullptr, 10);
}

// "@drops[3]: 1234" of each reason, or the lines that begin with "drop "; "Lost 56 events".
Tally count_lines(const std::string& text) {
  Tally tally;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("@drops[")) tally.recorded += number_after(line, "]: ");
    if (line.starts_with("drop ")) ++tally.recorded;
    tally.lost += number_after(line, "Lost ");
  }
  return tally;
}

// Its probes are attached within milliseconds; an interval that is attached among them says so a
// second later. BEGIN would be run before.
Way bpftrace_way(const WaySettings& settings, const std::string& name, const std::string& action) {
  const std::string filter =
      settings.in_lab ? std::string() : fmt::format(" /pid == {}/", settings.sender);
  Way way;
  way.name = name;
  way.program = "bpftrace";
  way.words = {"bpftrace", "-e",
               fmt::format("tracepoint:skb:kfree_skb{} {{ {} }} "
                           "interval:s:1 /@ready == 0/ {{ @ready = 1; printf(\"ready\\n\"); }}",
                           filter, action)};
  way.wait_until_ready = [](Command& command) { return command.wait_until_it_says("ready\n"); };
  return way;
}

}  // namespace

Way bpftrace_counting_way(const WaySettings& settings) {
  Way way = bpftrace_way(settings, "bpftrace-count", "@drops[args->reason] = count();");
  way.count = [](const Command& command) -> Result<Tally> {
    return count_lines(command.out() + command.err());
  };
  return way;
}

Way bpftrace_printing_way(const WaySettings& settings) {
  Way way = bpftrace_way(settings, "bpftrace-print",
                         "printf(\"drop %llu %d %s %d %x %s\\n\", nsecs, cpu, comm, args->reason, "
                         "args->protocol, ksym(args->location));");
  way.count = [folder = settings.folder](const Command& command) -> Result<Tally> {
    Tally tally = count_lines(command.out() + command.err());
    tally.file_bytes = std::filesystem::file_size(folder + "/out");
    return tally;
  };
  return way;
}

}  // namespace tracker::bench
