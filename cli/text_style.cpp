// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/text_style.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>

namespace tracker {

void add_time_option(CLI::App& command, std::string& time) {
  command
      .add_option("--time", time,
                  "print local time of the host, UTC, time since boot, or since the last event")
      ->check(CLI::IsMember({"local", "utc", "mono", "delta"}).description(""))
      ->type_name("local|utc|mono|delta")
      ->capture_default_str();
}

RenderOptions text_options(const std::string& time, int fd) {
  RenderOptions options;
  if (time == "utc") options.time = TimeStyle::kUtc;
  if (time == "mono") options.time = TimeStyle::kMono;
  if (time == "delta") options.time = TimeStyle::kDelta;
  const char* no_colour = std::getenv("NO_COLOR");
  options.colour = ::isatty(fd) && (!no_colour || !*no_colour);
  return options;
}

}  // namespace tracker
