// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/flood/way.h"

#include <algorithm>

namespace tracker::bench {
namespace {

// dropmon takes stacks within a budget, nostack none, stacks one of every drop.
std::vector<Way> tracker_ways(const WaySettings& settings) {
  const std::vector<std::string> dropmon{"-p", "dropmon"};
  const std::vector<std::string> nostack{"-p", "dropmon",      "--stack-first",
                                         "0",  "--stack-rate", "0"};
  const std::vector<std::string> stacks{"-c", "auto", "--probe", "tp:skb:kfree_skb/stack"};
  std::vector<Way> ways;
  for (const auto& [name, arguments] :
       {std::pair{"dropmon", dropmon}, {"nostack", nostack}, {"stacks", stacks}}) {
    ways.push_back(tracker_way(settings, name, arguments));
    ways.back().sees_all = true;
    std::vector<std::string> filtered = arguments;
    filtered.insert(filtered.end(), {"--netns", settings.netns});
    ways.push_back(tracker_way(settings, std::string(name) + "-netns", filtered));
  }
  return ways;
}

}  // namespace

std::vector<Way> all_ways(const WaySettings& settings) {
  std::vector<Way> ways = tracker_ways(settings);
  ways.insert(ways.begin(), bare_way(settings));
  ways.push_back(bpftrace_counting_way(settings));
  ways.push_back(bpftrace_printing_way(settings));
  ways.push_back(perf_way(settings));
  if (!settings.in_lab) std::erase_if(ways, [](const Way& way) { return way.sees_all; });
  return ways;
}

}  // namespace tracker::bench
