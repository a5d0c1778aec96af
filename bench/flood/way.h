// SPDX-License-Identifier: GPL-2.0-or-later
//
// Way: one way of tracing the flood: what is started, and how its result is counted.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "bench/flood/command.h"

namespace tracker::bench {

// What a way made of the drops that it saw.
struct Tally {
  uint64_t recorded = 0;
  uint64_t lost = 0;        // as it says itself
  uint64_t file_bytes = 0;  // of what it wrote; 0 where it wrote no event
};

struct Way {
  std::string name;
  std::vector<std::string> words;         // the command
  std::function<Result<void>()> prepare;  // before it is started; may be empty
  // Returns once it traces.
  std::function<Result<void>(Command&)> wait_until_ready;
  // After it has ended.
  std::function<Result<Tally>(const Command&)> count;
  // Whether recorded + lost must be the drops that the namespace counted: else what it did not
  // record is taken as lost.
  bool sums_close = false;
  std::string program;    // that must be installed; empty: none
  bool is_ours = false;   // its failing is ours
  bool sees_all = false;  // drops of the whole machine: for the lab's guests only
};

// What a way is made from.
struct WaySettings {
  std::string tracker;  // its path
  std::string folder;   // for files; each way begins with it empty
  std::string netns;    // the path of the flood's namespace
  uint32_t netns_inum = 0;
  pid_t sender = 0;
  bool in_lab = false;  // nothing else happens there: tools need no filter
};

// A program of our own with dropmon's fields, as straight as can be, and a reader that only counts.
Way bare_way(const WaySettings& settings);

// tracker with these arguments of `collect`.
Way tracker_way(const WaySettings& settings, const std::string& name,
                const std::vector<std::string>& arguments);

Way bpftrace_counting_way(const WaySettings& settings);  // drops by reason
Way bpftrace_printing_way(const WaySettings& settings);  // a line per drop, into a file
Way perf_way(const WaySettings& settings);               // perf record

// All of them, in the order of the table. On a machine that others use, only those that keep to the
// flood's own namespace or process.
std::vector<Way> all_ways(const WaySettings& settings);

}  // namespace tracker::bench
