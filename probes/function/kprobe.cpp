// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/function/kprobe.h"

#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstdint>
#include <fstream>

#include "base/system_error.h"

namespace tracker {

Result<UniqueFd> open_kprobe(const std::string& symbol) {
#ifndef __x86_64__
  return Error{"kprobes are not read on this architecture yet"};
#endif
  // Of the event source's type number: perf_event_open(2), "dynamic PMU".
  std::ifstream file("/sys/bus/event_source/devices/kprobe/type");
  uint32_t type = 0;
  if (!(file >> type)) return Error{"this kernel has no kprobes (CONFIG_KPROBE_EVENTS)"};
  perf_event_attr attributes{};
  attributes.size = sizeof(attributes);
  attributes.type = type;
  attributes.kprobe_func = std::bit_cast<uint64_t>(symbol.c_str());
  const long fd = ::syscall(SYS_perf_event_open, &attributes, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
  if (fd >= 0) return UniqueFd(static_cast<int>(fd));
  // EADDRNOTAVAIL since 6.6: several functions of that name; before, the first is taken.
  if (errno == EADDRNOTAVAIL)
    return Error{"several functions are called " + symbol + ", and which is meant cannot be said"};
  return system_error("make a kprobe at " + symbol, errno);
}

}  // namespace tracker
