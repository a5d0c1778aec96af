// SPDX-License-Identifier: GPL-2.0-or-later
//
// What a hit of a function costs: the flood of bench_drop_flood while a target is watched that
// turns each packet away, that records each, and beside bpftrace counting at the same place.
//
//   bench_function_cost TRACKER [TARGET...] [--seconds S] [--rounds N] [--json]
//
// docs/figures.md says what is measured and what was seen.
#include <fcntl.h>
#include <fmt/format.h>
#include <getopt.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/system_error.h"
#include "bench/flood/command.h"
#include "bench/flood/own_namespace.h"
#include "bench/flood/run_time.h"
#include "bench/flood/sender.h"
#include "bench/flood/way.h"

namespace tracker::bench {
namespace {

constexpr char kUsage[] =
    "usage: bench_function_cost TRACKER [TARGET...] [--seconds S] [--rounds N] [--json]";

struct Options {
  std::string tracker;
  std::vector<std::string> targets;
  double seconds = 1;
  int rounds = 2;
  bool json = false;
};

constexpr option kOptions[] = {{"seconds", required_argument, nullptr, 's'},
                               {"rounds", required_argument, nullptr, 'r'},
                               {"json", no_argument, nullptr, 'j'},
                               {nullptr, 0, nullptr, 0}};

Result<Options> read_options(int argc, char** argv) {
  Options options;
  for (int letter = 0; (letter = ::getopt_long(argc, argv, "", kOptions, nullptr)) != -1;) {
    if (letter == 's') options.seconds = std::strtod(optarg, nullptr);
    if (letter == 'r') options.rounds = std::atoi(optarg);
    if (letter == 'j') options.json = true;
    if (letter == '?') return wrong_usage(kUsage);
  }
  if (optind >= argc || options.seconds <= 0 || options.rounds <= 0) return wrong_usage(kUsage);
  options.tracker = std::filesystem::absolute(argv[optind]);
  options.targets.assign(argv + optind + 1, argv + argc);
  if (options.targets.empty()) options.targets = {"fentry:ip_rcv", "kprobe:ip_rcv"};
  return options;
}

// One way of watching and what its rounds add up to.
struct Row {
  Way way;
  std::string program;  // in the names of the programs that are measured
  std::vector<double> kept;
  RunTime at_function, of_all;
  std::vector<double> ns_per_hit;  // of each slice
  uint64_t datagrams = 0;          // of those that the programs were measured by
  Tally tally;
  std::string why_not;
};

std::string function_of(const std::string& target) {
  return target.substr(target.find_last_of(":/") + 1);
}

Row tracker_row(const WaySettings& settings, const std::string& target, const std::string& what,
                const std::string& netns) {
  Row row;
  row.way = tracker_way(settings, target + " " + what, {"--probe", target, "--netns", netns});
  row.program = ("tracker_" + function_of(target)).substr(0, 15);
  return row;
}

// Counting with the same means, in the lab alone: it looks at all that the machine receives.
Row bpftrace_row(const std::string& target) {
  const std::string type = target.substr(0, target.find(':'));
  const std::string its_type = type == "fexit"         ? "kretfunc"
                               : type.starts_with("k") ? type
                                                       : "kfunc";
  Row row;
  row.way.name = "bpftrace " + its_type + " count()";
  row.way.program = "bpftrace";
  row.way.words = {"bpftrace", "-e",
                   fmt::format("{}:{} {{ @hits = count(); }} "
                               "interval:s:1 /@ready == 0/ {{ @ready = 1; printf(\"ready\\n\"); }}",
                               its_type, function_of(target))};
  row.way.wait_until_ready = [](Command& command) { return command.wait_until_it_says("ready\n"); };
  row.way.count = [](const Command&) -> Result<Tally> { return Tally{}; };
  row.program = function_of(target).substr(0, 15);
  return row;
}

std::vector<Row> all_rows(const Options& options, const WaySettings& settings,
                          const std::string& other_netns) {
  std::vector<Row> rows;
  for (const std::string& target : options.targets) {
    rows.push_back(tracker_row(settings, target, "rejected", other_netns));
    rows.push_back(tracker_row(settings, target, "recorded", settings.netns));
    if (settings.in_lab) rows.push_back(bpftrace_row(target));
    if (settings.in_lab && !is_installed("bpftrace")) rows.back().why_not = "it is not installed";
  }
  return rows;
}

double ratio(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

double at(std::vector<double> numbers, double share) {
  if (numbers.empty()) return 0;
  std::sort(numbers.begin(), numbers.end());
  return numbers[static_cast<size_t>(share * static_cast<double>(numbers.size() - 1))];
}

void add(RunTime& total, const RunTime& time) {
  total.nanoseconds += time.nanoseconds;
  total.runs += time.runs;
}

// In slices, of which the median is told: on a busy machine some have others' time in them.
constexpr int kSlices = 10;

void measure_programs(Row& row, Sender& sender, const Command& command, double seconds) {
  const UniqueFd measuring = measure_run_time();
  RunTime before;
  ProcessRunTime time;
  for (int slice = 0; slice < kSlices; ++slice) {
    row.datagrams += sender.flood(seconds / kSlices).datagrams;
    time = run_time_of(command.pid(), row.program);
    if (time.named.runs == 0) time.named = time.all;
    row.ns_per_hit.push_back(
        ratio(time.named.nanoseconds - before.nanoseconds, time.named.runs - before.runs));
    before = time.named;
  }
  add(row.at_function, time.named);
  add(row.of_all, time.all);
}

Result<void> measure_round(Row& row, Sender& sender, const std::string& folder, double seconds) {
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    std::filesystem::remove_all(entry.path());
  const Sent before = sender.flood(seconds / 2);
  TRY_ASSIGN(command, Command::start(row.way.words, folder));
  TRY(row.way.wait_until_ready(command));
  const Sent traced = sender.flood(seconds);
  measure_programs(row, sender, command, seconds / 2);
  TRY(command.stop());
  const Sent untraced = before + sender.flood(seconds / 2);
  row.kept.push_back(traced.rate() / untraced.rate());
  TRY_ASSIGN(tally, row.way.count(command));
  row.tally.recorded += tally.recorded;
  row.tally.lost += tally.lost;
  return {};
}

void print_json(const Row& row) {
  const nlohmann::json object{{"way", row.way.name},
                              {"why_not", row.why_not},
                              {"kept", row.kept},
                              {"hits", row.at_function.runs},
                              {"datagrams", row.datagrams},
                              {"ns_per_hit", at(row.ns_per_hit, 0.5)},
                              {"least_ns_per_hit", at(row.ns_per_hit, 0)},
                              {"ns", row.at_function.nanoseconds},
                              {"ns_of_all", row.of_all.nanoseconds},
                              {"recorded", row.tally.recorded},
                              {"lost", row.tally.lost}};
  fmt::print("{}\n", object.dump());
}

constexpr char kHeading[] =
    "way                        ns/hit  least   mean    all     hits hits/dgr  kept   from-to  "
    "recorded   lost\n";

void print_row(const Row& row) {
  if (row.kept.empty()) return fmt::print("{:<26} {}\n", row.way.name, row.why_not);
  const double mean = ratio(row.at_function.nanoseconds, row.at_function.runs);
  const double all = ratio(row.of_all.nanoseconds, row.at_function.runs);
  const double hits = ratio(row.at_function.runs, row.datagrams);
  fmt::print(
      "{:<26} {:6.0f} {:6.0f} {:6.0f} {:6.0f} {:8} {:8.2f} {:5.2f} {:4.2f}-{:4.2f} {:9} {:6}\n",
      row.way.name, at(row.ns_per_hit, 0.5), at(row.ns_per_hit, 0), mean, all, row.at_function.runs,
      hits, at(row.kept, 0.5), at(row.kept, 0), at(row.kept, 1), row.tally.recorded,
      row.tally.lost);
}

// A namespace where nothing happens, for as long as the value is open.
Result<UniqueFd> make_idle_namespace() {
  if (::unshare(CLONE_NEWNET) != 0)
    return system_error("make a network namespace", errno, "run it as root");
  UniqueFd netns(::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
  if (!netns) return system_error("open /proc/self/ns/net", errno);
  return netns;
}

Result<void> measure(const Options& options, const std::string& folder) {
  TRY_ASSIGN(idle, make_idle_namespace());
  TRY(enter_own_namespace());
  TRY_ASSIGN(inum, own_netns_inum());
  TRY_ASSIGN(sender, Sender::create(1));
  const bool in_lab = std::getenv("TRACKER_LAB") != nullptr;
  const WaySettings settings{options.tracker, folder, own_netns_path(), inum, ::getpid(), in_lab};
  std::vector<Row> rows =
      all_rows(options, settings, fmt::format("/proc/{}/fd/{}", ::getpid(), idle.get()));
  for (int round = 0; round < options.rounds; ++round) {
    for (Row& row : rows) {
      if (!row.why_not.empty()) continue;
      const Result<void> done = measure_round(row, sender, folder, options.seconds);
      if (!done) row.why_not = done.error().message;
    }
  }
  if (!options.json) fmt::print(kHeading);
  for (const Row& row : rows) options.json ? print_json(row) : print_row(row);
  return {};
}

Result<void> run(int argc, char** argv) {
  TRY_ASSIGN(options, read_options(argc, argv));
  std::string folder = (std::filesystem::temp_directory_path() / "tracker-bench-XXXXXX").string();
  if (!::mkdtemp(folder.data())) return system_error("make a folder " + folder, errno);
  const Result<void> measured = measure(options, folder);
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  return measured;
}

}  // namespace
}  // namespace tracker::bench

int main(int argc, char** argv) {
  try {
    const auto result = tracker::bench::run(argc, argv);
    if (result) return 0;
    fmt::print(stderr, "bench_function_cost: {}\n", result.error().message);
    return result.error().kind == tracker::ErrorKind::kWrongUsage ? 2 : 1;
  } catch (const std::exception& error) {  // of the standard library and of the JSON parser
    std::fprintf(stderr, "bench_function_cost: %s\n", error.what());
    return 1;
  }
}
