// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/rung_ladder.h"

#include <fmt/format.h>

#include <utility>

#include "probes/rung.h"

namespace tracker {
namespace {

constexpr const char* kNotTried = "not tried: no program of tracker's can be loaded";

LadderStep step_of(const TriedProbe& tried, const RungTrial& trial) {
  const bool works = trial.refused.empty();
  return {std::string(rung_name(trial.rung)), works,
          works ? "attached to " + tried.probe.point->target() : trial.refused};
}

void add_untried(const std::vector<PlannedProbe>& plan, Ladder& ladder) {
  for (const PlannedProbe& probe : plan) {
    for (const Rung rung : probe.point->rungs())
      ladder.steps.push_back({std::string(rung_name(rung)), false, kNotTried});
  }
}

}  // namespace

Ladder try_ladder(const KernelBtf& btf) {
  Ladder ladder;
  std::vector<PlannedProbe> plan;
  std::vector<LadderStep> missing;
  for (const LadderSample& sample : kLadderSamples) {
    auto planned = plan_alone(sample.target, btf, [](const std::string&) {});
    if (planned)
      plan.insert(plan.end(), planned->begin(), planned->end());
    else
      missing.push_back({sample.kind, false, planned.error().message});
  }
  const auto tried = try_probes(plan, btf, TrialScope::kAllRungs);
  if (!tried) {
    ladder.refusal = tried.error().message;
    add_untried(plan, ladder);
  } else {
    for (const TriedProbe& probe : *tried) {
      for (const RungTrial& trial : probe.rungs) ladder.steps.push_back(step_of(probe, trial));
      if (!ladder.first) ladder.first = probe.best();
      if (!ladder.first && ladder.refusal.empty()) ladder.refusal = probe.refusal();
    }
  }
  ladder.steps.insert(ladder.steps.end(), missing.begin(), missing.end());
  return ladder;
}

}  // namespace tracker
