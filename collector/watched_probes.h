// SPDX-License-Identifier: GPL-2.0-or-later
//
// WatchedProbes: the probes of one collection, from what was typed to what the kernel counted -
// those that were asked for and the companions beside them (companion_probes.h).
//
// Order: plan -> load -> attach -> drain by way of kernel() -> counters.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/background.h"
#include "base/result.h"
#include "collector/collect_options.h"
#include "collector/netns_argument.h"
#include "collector/probe_plan.h"
#include "event/names.h"
#include "event/session.h"
#include "probes/kernel_btf.h"
#include "probes/kernel_probes.h"
#include "probes/kernel_symbols.h"

namespace tracker {

class WatchedProbes {
 public:
  // Looks up in the running kernel what the options ask for. `note` is called with a sentence for
  // each collector that was named and has no ground here. Wrong usage for what cannot be right on
  // any kernel.
  static Result<WatchedProbes> plan(const CollectOptions& options,
                                    const std::function<void(const std::string&)>& note);

  // Bytes of each packet that the kernel copies, 1 to RECORD_PAYLOAD_ALL.
  uint32_t snaplen() const { return snaplen_; }
  // The budget of the options where a probe has use for it: one that sees drops and does not take
  // every stack.
  StackBudget stacks() const { return stacks_; }

  // Loads the programs; `options` are those of plan().
  Result<void> load(const CollectOptions& options);

  // Attaches everything, says in session and names what became of each probe, and lets them begin:
  // session.start_ns is that moment. An error only where not one probe could be attached.
  // `keep_going` is asked before each of many functions that are attached one by one: false leaves
  // the rest out.
  Result<void> attach(Session& session, Names& names, const KeepGoing& keep_going);

  // Counters of the probes that were asked for, by probe and CPU; into `session` goes what each
  // missed and how often companions were hit.
  Result<std::vector<ProbeCounters>> read_counters(Session& session) const;

  // After load().
  KernelProbes& kernel() { return *kernel_; }
  KernelSymbols& symbols() { return *symbols_; }

 private:
  WatchedProbes() = default;
  const PlannedProbe& probe_at(uint32_t index) const;
  KernelProbesOptions settings(const CollectOptions& options) const;
  void begin_rings(const CollectOptions& options);
  std::vector<IndexedPlan> plans_to_share() const;
  Result<void> check_in_hand(const std::function<void(const std::string&)>& note) const;
  std::vector<Result<std::string>> attach_all(const KeepGoing& keep_going);

  std::unique_ptr<Background<Result<EventRings>>> rings_;  // from plan() to load()
  std::optional<KernelBtf> btf_;
  std::optional<KernelSymbols> symbols_;
  std::optional<KernelProbes> kernel_;
  std::vector<NetnsIdentity> netns_;
  std::vector<PlannedProbe> asked_;
  std::vector<PlannedProbe> companions_;
  uint32_t snaplen_ = 0;
  StackBudget stacks_;
};

}  // namespace tracker
