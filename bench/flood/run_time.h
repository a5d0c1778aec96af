// SPDX-License-Identifier: GPL-2.0-or-later
//
// What BPF programs of a process took, by the kernel's own measuring.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string_view>

#include "base/unique_fd.h"

namespace tracker::bench {

struct RunTime {
  uint64_t nanoseconds = 0;
  uint64_t runs = 0;
};

struct ProcessRunTime {
  RunTime named;  // of the programs that are asked for
  RunTime all;
};

// While it is open, the kernel measures every program's runs, which costs two readings of a clock
// each: rates are taken without it.
UniqueFd measure_run_time();

// Of the programs and links that the process holds open: others may trace on this machine as well.
// Added up since the programs were loaded, for as long as measuring was on. `name` is what the
// programs that are asked for have in their names, which are cut to 15 characters.
ProcessRunTime run_time_of(pid_t pid, std::string_view name);

}  // namespace tracker::bench
