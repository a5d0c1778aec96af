// SPDX-License-Identifier: GPL-2.0-or-later
//
// What was measured of one way of tracing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/flood/sender.h"

namespace tracker::bench {

// Of one round.
struct Round {
  Sent untraced;  // just before and just after
  Sent traced;
  uint64_t sent = 0;  // while it was traced, with measuring the programs
  uint64_t drops = 0;
  uint64_t recorded = 0;
  uint64_t lost = 0;
  // What the program at skb:kfree_skb took, for each drop of the flood; with what it took to turn
  // away drops of others, so that a flood of somebody else's does not make it look cheap. 0: there
  // is no program.
  double ns_per_event = 0;
  double ns_of_all = 0;        // the same of all programs of the tracer
  double bytes_per_event = 0;  // 0: it writes no events
  uint64_t memory_bytes = 0;   // the most that was resident, rings left out
  uint64_t ring_bytes = 0;
  double cpu_share = 0;  // of one core, while sending

  // Of the untraced rate: by the clock, and by the CPU time that the sender had, which leaves out
  // what others took away (other programs on a busy machine, but the tracer as well).
  double kept() const { return traced.rate() / untraced.rate(); }
  double kept_of_cpu() const { return traced.cpu_rate() / untraced.cpu_rate(); }
};

struct Measurement {
  std::string way;
  std::vector<Round> rounds;
  std::string why_not;  // why there are none
};

// The same of all rounds: sums of what is counted, the most of memory, medians of the others.
struct Summary {
  size_t rounds = 0;
  double untraced_rate = 0, traced_rate = 0;
  double kept = 0, least_kept = 0, most_kept = 0, kept_of_cpu = 0;
  uint64_t sent = 0, drops = 0, recorded = 0, lost = 0;
  double ns_per_event = 0, ns_of_all = 0, bytes_per_event = 0;
  uint64_t memory_bytes = 0, ring_bytes = 0;
  double cpu_share = 0;
};

Summary summary_of(const Measurement& measurement);

}  // namespace tracker::bench
