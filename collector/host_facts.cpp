// SPDX-License-Identifier: GPL-2.0-or-later
#include "collector/host_facts.h"

#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <limits>

#include "probes/kernel_probes.h"

namespace tracker {

namespace {

uint64_t read_clock(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000U + static_cast<uint64_t>(now.tv_nsec);
}

// TZ, else where /etc/localtime points to, else /etc/timezone.
std::string timezone_name() {
  if (const char* zone = std::getenv("TZ"); zone && *zone) return zone;
  std::array<char, 256> target{};
  ssize_t size = ::readlink("/etc/localtime", target.data(), target.size() - 1);
  std::string path(target.data(), size > 0 ? static_cast<size_t>(size) : 0);
  constexpr std::string_view kDirectory = "zoneinfo/";
  size_t at = path.find(kDirectory);
  if (at != std::string::npos) return path.substr(at + kDirectory.size());
  std::string name;
  std::ifstream file("/etc/timezone");
  std::getline(file, name);
  return name;
}

}  // namespace

uint64_t boottime_ns() { return read_clock(CLOCK_BOOTTIME); }

ClockReading read_clocks() {
  // The pair whose readings of one clock enclose the other most closely; a preemption in between
  // spoils a single try.
  ClockReading best;
  uint64_t narrowest = std::numeric_limits<uint64_t>::max();
  for (int i = 0; i < 5; ++i) {
    uint64_t before = read_clock(CLOCK_BOOTTIME);
    uint64_t wall = read_clock(CLOCK_REALTIME);
    uint64_t after = read_clock(CLOCK_BOOTTIME);
    if (after - before >= narrowest) continue;
    narrowest = after - before;
    best = {before + narrowest / 2, static_cast<int64_t>(wall)};
  }
  return best;
}

void note_clocks(const ClockReading& now, std::vector<ClockReading>& readings) {
  constexpr int64_t kStepNs = 1'000'000;
  if (!readings.empty()) {
    const ClockReading& last = readings.back();
    int64_t moved = (now.realtime_ns - last.realtime_ns) -
                    static_cast<int64_t>(now.boottime_ns - last.boottime_ns);
    if (std::abs(moved) <= kStepNs) return;
  }
  readings.push_back(now);
  if (readings.size() <= kMaxClocks) return;
  // The first and the latest stay.
  size_t kept = 1;
  for (size_t i = 2; i + 1 < readings.size(); i += 2) readings[kept++] = readings[i];
  readings[kept++] = now;
  readings.resize(kept);
}

void describe_host(Session& session) {
  utsname host{};
  if (::uname(&host) == 0) {
    session.hostname = host.nodename;
    session.kernel_release = host.release;
    session.kernel_version = host.version;
    session.machine = host.machine;
  }
  session.timezone = timezone_name();
  time_t now = ::time(nullptr);
  tm local{};
  if (::localtime_r(&now, &local))
    session.utc_offset_seconds = static_cast<int32_t>(local.tm_gmtoff);
  session.cpus = possible_cpus();
  session.clocks.push_back(read_clocks());
}

}  // namespace tracker
