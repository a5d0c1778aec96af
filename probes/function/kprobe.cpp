// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/function/kprobe.h"

#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <fstream>

#include "base/system_error.h"

namespace tracker {

namespace {

constexpr const char* kEventSource = "/sys/bus/event_source/devices/kprobe/";

// "config:0": which bit of an event's configuration asks for the return.
Result<uint64_t> return_bit() {
  std::ifstream file(std::string(kEventSource) + "format/retprobe");
  std::string text;
  unsigned bit = 0;
  if (!std::getline(file, text) || std::sscanf(text.c_str(), "config:%u", &bit) != 1 || bit > 63)
    return Error{"this kernel does not say how a kretprobe is asked for"};
  return 1ULL << bit;
}

}  // namespace

std::string kprobe_symbol(const std::string& function, const std::string& module) {
  return module.empty() ? function : module + ":" + function;
}

Result<UniqueFd> open_kprobe(const std::string& symbol, KprobeEnd end) {
#ifndef __x86_64__
  return Error{"kprobes are not read on this architecture yet"};
#endif
  // Of the event source's type number: perf_event_open(2), "dynamic PMU".
  std::ifstream file(std::string(kEventSource) + "type");
  uint32_t type = 0;
  if (!(file >> type)) return Error{"this kernel has no kprobes (CONFIG_KPROBE_EVENTS)"};
  perf_event_attr attributes{};
  attributes.size = sizeof(attributes);
  attributes.type = type;
  if (end == KprobeEnd::kReturn) {
    TRY_ASSIGN(bit, return_bit());
    attributes.config = bit;
  }
  attributes.kprobe_func = std::bit_cast<uint64_t>(symbol.c_str());
  const long fd = ::syscall(SYS_perf_event_open, &attributes, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
  if (fd >= 0) return UniqueFd(static_cast<int>(fd));
  // EADDRNOTAVAIL since 6.6: several functions of that name; before, the first is taken.
  if (errno == EADDRNOTAVAIL)
    return Error{"several functions are called " + symbol + ", and which is meant cannot be said"};
  return system_error(
      (end == KprobeEnd::kReturn ? "make a kretprobe of " : "make a kprobe at ") + symbol, errno);
}

}  // namespace tracker
