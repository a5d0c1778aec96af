// SPDX-License-Identifier: GPL-2.0-or-later
//
// A flood of a closed UDP port from one core, in a network namespace of its own, untraced and
// traced in several ways, in one run: absolute rates on a shared machine mean little, ratios do.
//
//   bench_drop_flood TRACKER [--seconds S] [--rounds N] [--flows N] [--ways NAME,...] [--json]
//   bench_drop_flood TRACKER --soak MINUTES [--flows N]
//
// docs/figures.md says what is measured and what was seen. Every datagram is one drop: what tracker
// recorded and lost is checked against the namespace's own count.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include "base/system_error.h"
#include "bench/flood/aims.h"
#include "bench/flood/bare_tracer.h"
#include "bench/flood/options.h"
#include "bench/flood/own_namespace.h"
#include "bench/flood/rounds.h"
#include "bench/flood/sender.h"
#include "bench/flood/soak.h"
#include "bench/flood/table.h"
#include "bench/flood/way.h"

namespace tracker::bench {
namespace {

// A folder that is gone when this is.
class Folder {
 public:
  static Result<Folder> create() {
    std::string path = (std::filesystem::temp_directory_path() / "tracker-bench-XXXXXX").string();
    if (!::mkdtemp(path.data())) return system_error("make a folder " + path, errno);
    return Folder(path);
  }
  Folder(Folder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  Folder& operator=(Folder&&) = delete;
  ~Folder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  explicit Folder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

Result<std::vector<Way>> chosen_ways(const Options& options, const WaySettings& settings) {
  std::vector<Way> ways = all_ways(settings);
  if (options.ways.empty()) return ways;
  std::string names;
  for (const Way& way : ways) names += (names.empty() ? "" : ", ") + way.name;
  for (const std::string& name : options.ways) {
    if (std::none_of(ways.begin(), ways.end(), [&](const Way& way) { return way.name == name; }))
      return wrong_usage(fmt::format("no way '{}' here; there are: {}", name, names));
  }
  std::erase_if(ways, [&options](const Way& way) {
    return std::find(options.ways.begin(), options.ways.end(), way.name) == options.ways.end();
  });
  return ways;
}

Result<void> run(const Options& options) {
  TRY(enter_own_namespace());
  TRY_ASSIGN(inum, own_netns_inum());
  TRY_ASSIGN(sender, Sender::create(options.flows));
  TRY_ASSIGN(folder, Folder::create());
  const bool in_lab = std::getenv("TRACKER_LAB") != nullptr;
  const WaySettings settings{options.tracker, folder.path(), own_netns_path(), inum,
                             ::getpid(),      in_lab};
  if (options.soak_minutes > 0) return soak(settings, sender, options.soak_minutes);
  TRY_ASSIGN(ways, chosen_ways(options, settings));
  // Starting programs takes longest in an emulated guest.
  const double seconds = options.seconds > 0 ? options.seconds : in_lab ? 1 : 1.5;
  const int rounds = options.rounds > 0 ? options.rounds : in_lab ? 2 : 3;
  TRY_ASSIGN(measurements, measure(ways, sender, folder.path(), seconds, rounds));
  fmt::print("{}", options.json ? render_json_lines(measurements) : render_table(measurements));
  if (!options.json) fmt::print("\n{}", render_aims(measurements, options.flows, in_lab));
  return {};
}

Result<void> run_with(int argc, char** argv) {
  if (argc == 3 && std::strcmp(argv[1], kBareTracerOption) == 0)
    return trace_bare(static_cast<uint32_t>(std::strtoul(argv[2], nullptr, 10)));
  TRY_ASSIGN(options, read_options(argc, argv));
  return run(options);
}

int exit_status(const Result<void>& result) {
  if (result) return 0;
  fmt::print(stderr, "bench_drop_flood: {}\n", result.error().message);
  return result.error().kind == ErrorKind::kWrongUsage ? 2 : 1;
}

}  // namespace
}  // namespace tracker::bench

int main(int argc, char** argv) {
  try {
    return tracker::bench::exit_status(tracker::bench::run_with(argc, argv));
  } catch (const std::exception& error) {  // of the standard library and of the JSON parser
    std::fprintf(stderr, "bench_drop_flood: %s\n", error.what());
    return 1;
  }
}
