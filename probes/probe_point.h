// SPDX-License-Identifier: GPL-2.0-or-later
//
// ProbePoint: one place where the kernel is observed, whatever kind of probe it takes: what differs
// from point to point, and how a program gets there.
//
// A kind of probe (probe_kind.h) finds its points in the running kernel; what all kinds share -
// rings, counters, the tracking map, the program's template - stands apart (kernel_probes.h).
#pragma once

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "event/names.h"
#include "probes/program.h"
#include "probes/rung.h"
#include "probes/shared_site.h"

namespace tracker {

// Whether a hit begins a call that has a packet in hand (bpf/hand.h), or several, of which none is.
enum class Call { kNone, kOfPacket, kOfSeveral };

class ProbePoint {
 public:
  virtual ~ProbePoint() = default;

  // As typed, without "/stack": "tp:skb:kfree_skb". Points with the same target are the same.
  virtual std::string target() const = 0;
  // As recordings have it, with the role that it plays in a packet's life.
  virtual ProbeName name() const = 0;
  // Whether its hits say why or where a packet was dropped.
  virtual bool names_drop() const = 0;
  // Whether its hits can say a reason to drop the packet, be it dropped or not.
  virtual bool may_have_reason() const { return names_drop(); }
  // Whether its hits bring a socket beside the skb.
  virtual bool brings_socket() const = 0;

  // Whether its hits begin or end calls that are given a packet, which is in hand while they run,
  // or several, of which none is (bpf/hand.h).
  virtual Call call() const { return Call::kNone; }

  // The ways to get there, best first; at least one.
  virtual std::vector<Rung> rungs() const = 0;
  // Whether a hit takes what a program at the beginning of the same call kept: both are attached.
  virtual bool needs_beginning() const { return name().role == ProbeRole::kReturn; }
  // Sets the constants that differ from point to point: positions of arguments, role, stage. Of a
  // point at a function's return also those of the program at its beginning, by that one's rung.
  virtual void set_knobs(Rung rung, Knobs& knobs) const = 0;
  // What a program that many points share must know of this one; nothing where it can share none.
  virtual std::optional<SharedSite> shared_site() const { return std::nullopt; }
  // Loads the program, which was made for this rung, and attaches it.
  virtual Result<AttachedProgram> attach(Rung rung, const ProgramCode& program) const = 0;
};

using ProbePointPtr = std::shared_ptr<const ProbePoint>;

// Sets the knobs of arguments by their positions, -1 for what there is none of, and which arguments
// are looked at. A position that no program can reach is none.
using ArgumentPositions = std::initializer_list<std::pair<tracker_knob, int>>;
void set_argument_knobs(ArgumentPositions positions, Knobs& knobs);

}  // namespace tracker
