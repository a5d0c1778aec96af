// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/flood/options.h"

#include <fmt/format.h>
#include <getopt.h>

#include <charconv>
#include <filesystem>
#include <sstream>
#include <string_view>
#include <system_error>

#include "bench/flood/sender.h"

namespace tracker::bench {
namespace {

constexpr char kUsage[] =
    "usage: bench_drop_flood TRACKER [--seconds S] [--rounds N] [--flows 1..10000]\n"
    "                        [--ways NAME,...] [--json]\n"
    "       bench_drop_flood TRACKER --soak MINUTES [--flows 1..10000]";

constexpr option kOptions[] = {{"seconds", required_argument, nullptr, 's'},
                               {"rounds", required_argument, nullptr, 'r'},
                               {"flows", required_argument, nullptr, 'f'},
                               {"ways", required_argument, nullptr, 'w'},
                               {"soak", required_argument, nullptr, 'm'},
                               {"json", no_argument, nullptr, 'j'},
                               {nullptr, 0, nullptr, 0}};

// A number above 0 and nothing else.
template <typename Number>
bool read_number(std::string_view text, Number& number) {
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stopped == end && number > 0;
}

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> names;
  std::istringstream words(list);
  for (std::string name; std::getline(words, name, ',');) names.push_back(name);
  return names;
}

bool read_option(int letter, const char* value, Options& options) {
  switch (letter) {
    case 's':
      return read_number(value, options.seconds);
    case 'r':
      return read_number(value, options.rounds);
    case 'f':
      return read_number(value, options.flows) && options.flows <= kMaxFlows;
    case 'm':
      return read_number(value, options.soak_minutes);
    case 'w':
      options.ways = split(value);
      return !options.ways.empty();
    case 'j':
      return options.json = true;
    default:
      return false;
  }
}

}  // namespace

Result<Options> read_options(int argc, char** argv) {
  Options options;
  opterr = 0;
  for (int letter = 0; (letter = ::getopt_long(argc, argv, "", kOptions, nullptr)) != -1;) {
    if (!read_option(letter, optarg, options)) return wrong_usage(kUsage);
  }
  if (optind != argc - 1) return wrong_usage(kUsage);
  options.tracker = std::filesystem::absolute(argv[optind]);
  return options;
}

}  // namespace tracker::bench
