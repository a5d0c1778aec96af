// SPDX-License-Identifier: GPL-2.0-or-later
//
// ProbePoint: one place where the kernel is observed, whatever kind of probe it takes: what differs
// from point to point, and how a program gets there.
//
// A kind of probe (probe_kind.h) finds its points in the running kernel; what all kinds share -
// rings, counters, the tracking map, the program's template - stands apart (kernel_probes.h).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "event/names.h"
#include "probes/program.h"

namespace tracker {

class ProbePoint {
 public:
  virtual ~ProbePoint() = default;

  // As typed, without "/stack": "tp:skb:kfree_skb". Points with the same target are the same.
  virtual std::string target() const = 0;
  // As recordings have it, with the role that it plays in a packet's life.
  virtual ProbeName name() const = 0;
  // Whether its hits say why or where a packet was dropped.
  virtual bool names_drop() const = 0;
  // Whether its hits bring a socket beside the skb.
  virtual bool brings_socket() const = 0;

  // Sets the constants that differ from point to point: positions of arguments, role, stage.
  virtual void set_knobs(Knobs& knobs) const = 0;
  // Loads the program and attaches it, by the best rung that the kernel permits. An error names
  // each rung's failure.
  virtual Result<AttachedProgram> attach(const std::vector<bpf_insn>& program) const = 0;
};

using ProbePointPtr = std::shared_ptr<const ProbePoint>;

// The knob of an argument's position; KNOB_NO_ARG where it has none that a program can reach.
uint64_t position_knob(int position);

}  // namespace tracker
