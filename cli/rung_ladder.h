// SPDX-License-Identifier: GPL-2.0-or-later
//
// The rungs that this kernel permits, each tried at a point of its kind.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "collector/probe_trial.h"
#include "probes/kernel_btf.h"

namespace tracker {

// Points that every kernel has, one of each kind of probe; functions that are seldom called. Their
// rungs are the ladder: a further one comes with a point that has it.
struct LadderSample {
  const char* kind;  // "functions"
  const char* target;
};
inline constexpr LadderSample kLadderSamples[] = {
    {"tracepoints", "tp:skb:kfree_skb"},
    {"functions", "fn:icmp_rcv|arp_rcv|ip_rcv"},
    {"returns", "fn:icmp_rcv|arp_rcv|ip_rcv%return"},
};

struct LadderStep {
  std::string name;  // of the rung; of the kind where this kernel has no such point
  bool works = false;
  std::string detail;  // "attached to fn:icmp_rcv", or why not
};

struct Ladder {
  std::vector<LadderStep> steps;
  std::optional<Rung> first;  // the first rung that works
  std::string refusal;        // where none does: why, as a collection says it
};

// Attaches a program by each rung for a moment, without letting it begin.
Ladder try_ladder(const KernelBtf& btf);

}  // namespace tracker
