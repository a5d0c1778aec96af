// SPDX-License-Identifier: GPL-2.0-or-later
//
// How well `tracker replay` keeps its pace on a real clock: a recording of ten seconds is replayed
// into a pipe, and each event's arrival is compared with its time.
//
//   bench_replay_pace PATH-OF-TRACKER [EVENTS-A-SECOND [SPEED]]
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "base/check.h"
#include "storage/writer.h"

namespace tracker {
namespace {

constexpr double kSeconds = 10;
constexpr uint64_t kStartNs = 5'000'000'000'000;

// At random moments, as packets come: many close together, some far apart.
std::vector<Event> make_events(double per_second) {
  std::mt19937_64 random(1);
  std::exponential_distribution<double> gap_ns(per_second / 1e9);
  std::vector<Event> events;
  for (double at = 0; at < kSeconds * 1e9; at += gap_ns(random)) {
    events.emplace_back();
    events.back().timestamp_ns = kStartNs + static_cast<uint64_t>(at);
    events.back().packet_id = events.size();
  }
  events.emplace_back(events.back());
  events.back().timestamp_ns = kStartNs + static_cast<uint64_t>(kSeconds * 1e9);
  return events;
}

void write_recording(const std::string& path, const std::vector<Event>& events) {
  Names names;
  names.probes.push_back({"tp", "skb:kfree_skb", std::nullopt, ProbeRole::kDropped});
  Session session;
  session.start_ns = kStartNs;
  session.clocks = {{kStartNs, 1'795'252'435'000'000'000}};
  auto writer = RecordingWriter::create(path, session, names);
  CHECK(writer);
  CHECK(writer.value()->on_events(events, names));
  session.end_ns = events.back().timestamp_ns;
  CHECK(writer.value()->finish(session, names));
}

struct Arrival {
  uint64_t event_ns = 0;
  uint64_t clock_ns = 0;
};

uint64_t now_ns() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::nanoseconds(now).count());
}

std::vector<Arrival> replay(const std::string& command) {
  std::vector<Arrival> arrivals;
  FILE* const pipe = ::popen(command.c_str(), "r");
  CHECK(pipe != nullptr);
  char* line = nullptr;
  size_t size = 0;
  while (::getline(&line, &size, pipe) > 0) {
    const uint64_t arrived_ns = now_ns();
    arrivals.push_back({nlohmann::json::parse(line).at("ts").get<uint64_t>(), arrived_ns});
  }
  std::free(line);
  CHECK(::pclose(pipe) == 0);
  return arrivals;
}

void report(const std::vector<Arrival>& arrivals, double speed) {
  std::vector<double> errors_us;
  for (const Arrival& arrival : arrivals) {
    const auto was_ns = static_cast<double>(arrival.event_ns - arrivals.front().event_ns) / speed;
    const auto is_ns = static_cast<double>(arrival.clock_ns - arrivals.front().clock_ns);
    errors_us.push_back(std::abs(is_ns - was_ns) / 1e3);
  }
  const double wanted_s = kSeconds / speed;
  const double took_s =
      static_cast<double>(arrivals.back().clock_ns - arrivals.front().clock_ns) / 1e9;
  std::sort(errors_us.begin(), errors_us.end());
  fmt::print("{} events in {:.6f} s instead of {:.6f} s: error {:.4f} %\n", arrivals.size(), took_s,
             wanted_s, std::abs(took_s - wanted_s) / wanted_s * 100);
  fmt::print(
      "an event's error against the first: median {:.0f} us, 99 % {:.0f} us, most {:.0f} us\n",
      errors_us[errors_us.size() / 2], errors_us[errors_us.size() * 99 / 100], errors_us.back());
}

int main(const std::vector<std::string>& arguments) {
  if (arguments.empty()) {
    fmt::print(stderr, "usage: bench_replay_pace PATH-OF-TRACKER [EVENTS-A-SECOND [SPEED]]\n");
    return 2;
  }
  const double per_second = arguments.size() > 1 ? std::stod(arguments[1]) : 1000;
  const double speed = arguments.size() > 2 ? std::stod(arguments[2]) : 1;
  std::string folder = (std::filesystem::temp_directory_path() / "replay-pace-XXXXXX").string();
  CHECK(::mkdtemp(folder.data()) != nullptr);
  write_recording(folder + "/a.db", make_events(per_second));
  const auto arrivals = replay(
      fmt::format("'{}' replay --format json --speed {} '{}/a.db'", arguments[0], speed, folder));
  std::filesystem::remove_all(folder);
  CHECK(!arrivals.empty());
  report(arrivals, speed);
  return 0;
}

}  // namespace
}  // namespace tracker

int main(int argc, char** argv) { return tracker::main({argv + 1, argv + argc}); }
