// SPDX-License-Identifier: GPL-2.0-or-later
//
// What `collect --probe TARGET` would meet: its probes, planned and attached as by a collection of
// all that is collected by default, but never let begin.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "collector/probe_plan.h"
#include "probes/kernel_btf.h"
#include "probes/rung.h"

namespace tracker {

struct RungTrial {
  Rung rung = Rung::kTpBtf;
  std::string refused;  // the kernel's words; empty: it was attached
};

struct TriedProbe {
  PlannedProbe probe;
  // Those that were tried, best first; then those of programs that many functions share, where all
  // were asked for.
  std::vector<RungTrial> rungs;

  std::string refused_together;  // of many functions that no program could be shared by: why

  // The one that a collection takes; nothing where all are refused.
  std::optional<Rung> best() const;
  // As a collection says it of a probe that it cannot attach: "fentry: ...; kprobe: ...".
  std::string refusal() const;
};

// What plan_probes() plans for the one target, with what the default collectors have ground for.
Result<std::vector<PlannedProbe>> plan_alone(const std::string& target, const KernelBtf& btf,
                                             const Note& note);

// Which rungs of a probe are tried.
enum class TrialScope {
  kAllRungs,
  kUntilOneWorks,  // what a collection does
};

// Attaches each of the probes for a moment, few at the same time. An error says why no program at
// all can be loaded.
Result<std::vector<TriedProbe>> try_probes(const std::vector<PlannedProbe>& plan,
                                           const KernelBtf& btf, TrialScope scope);

}  // namespace tracker
