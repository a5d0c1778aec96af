// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/flood/process_usage.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace tracker::bench {
namespace {

// "VmHWM:    1234 kB"
bool read_kib(const std::string& line, std::string_view name, uint64_t& bytes) {
  if (!line.starts_with(name)) return false;
  std::istringstream words(line.substr(name.size()));
  uint64_t kib = 0;
  words >> kib;
  bytes = kib * 1024;
  return true;
}

// In smaps each mapping begins with a line that ends with what is mapped.
uint64_t ring_bytes_of(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/smaps", pid));
  std::string line;
  bool is_ring = false;
  uint64_t total = 0;
  while (std::getline(file, line)) {
    uint64_t bytes = 0;
    if (line.find(':') > line.find(' '))
      is_ring = line.find("anon_inode:") != std::string::npos;
    else if (is_ring && read_kib(line, "Rss:", bytes))
      total += bytes;
  }
  return total;
}

}  // namespace

uint64_t MemoryUsage::highest_besides_rings() const {
  return highest_bytes - std::min(highest_bytes, rings_bytes);
}

uint64_t MemoryUsage::now_besides_rings() const {
  return now_bytes - std::min(now_bytes, rings_bytes);
}

MemoryUsage memory_of(pid_t pid) {
  MemoryUsage usage;
  std::ifstream file(fmt::format("/proc/{}/status", pid));
  for (std::string line; std::getline(file, line);) {
    if (!read_kib(line, "VmHWM:", usage.highest_bytes)) read_kib(line, "VmRSS:", usage.now_bytes);
  }
  usage.rings_bytes = ring_bytes_of(pid);
  return usage;
}

double cpu_seconds_of(pid_t pid) {
  clockid_t clock{};
  timespec time{};
  if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &time) != 0) return 0;
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

}  // namespace tracker::bench
