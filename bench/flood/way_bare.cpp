// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "bench/flood/bare_tracer.h"
#include "bench/flood/way.h"

namespace tracker::bench {

Way bare_way(const WaySettings& settings) {
  Way way;
  way.name = "bare";
  way.words = {"/proc/self/exe", kBareTracerOption, std::to_string(settings.netns_inum)};
  way.wait_until_ready = [](Command& command) {
    return command.wait_until_it_says(kBareTracerReady);
  };
  way.count = [](const Command& command) -> Result<Tally> {
    const std::string text = command.out();
    const auto counts = nlohmann::json::parse(text.substr(text.find('{')));
    return Tally{counts.at("recorded").get<uint64_t>(), counts.at("lost").get<uint64_t>(), 0};
  };
  way.sums_close = true;
  way.is_ours = true;
  return way;
}

}  // namespace tracker::bench
