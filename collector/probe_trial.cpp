// SPDX-License-Identifier: GPL-2.0-or-later
#include "collector/probe_trial.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/background.h"
#include "collector/privileges.h"
#include "probes/trial.h"

namespace tracker {
namespace {

// So many are attached at the same time: fewer descriptors than any limit, and little of the
// kernel's code changed at a time.
constexpr uint32_t kSlots = 8;

std::vector<RungTrial> try_rungs(Trial& trial, uint32_t slot, const PlannedProbe& probe,
                                 TrialScope scope) {
  std::vector<RungTrial> tried;
  for (const Rung rung : probe.point->rungs()) {
    const auto attached = trial.attach(slot, *probe.point, probe.sections, rung);
    tried.push_back({rung, attached ? "" : attached.error().message});
    if (attached && scope == TrialScope::kUntilOneWorks) return tried;
  }
  const auto site = probe.point->shared_site();
  if (scope == TrialScope::kUntilOneWorks || !site || !can_share(*site, Rung::kFentryMulti))
    return tried;
  const auto attached = trial.attach_shared(slot, *probe.point, probe.sections, Rung::kFentryMulti);
  tried.push_back({Rung::kFentryMulti, attached ? "" : attached.error().message});
  return tried;
}

bool shares_program(const PlannedProbe& probe) { return probe.point->shared_site().has_value(); }

// As a collection attaches them: by one program.
void try_together(Trial& trial, std::vector<TriedProbe>& tried) {
  std::vector<IndexedPlan> plans;
  for (const TriedProbe& probe : tried)
    plans.push_back(
        {static_cast<uint32_t>(plans.size()), {probe.probe.point.get(), probe.probe.sections}});
  const auto results = trial.attach_together(plans);
  for (size_t i = 0; i < tried.size(); ++i) {
    if (results[i])
      tried[i].rungs.push_back({*rung_of(*results[i]), ""});
    else
      tried[i].refused_together = results[i].error().message;
  }
}

}  // namespace

std::optional<Rung> TriedProbe::best() const {
  const auto works =
      std::ranges::find_if(rungs, [](const RungTrial& trial) { return trial.refused.empty(); });
  return works == rungs.end() ? std::nullopt : std::optional(works->rung);
}

std::string TriedProbe::refusal() const {
  std::string lockdown = lockdown_text();
  if (!lockdown.empty()) return lockdown;
  std::string text = refused_together;
  for (const RungTrial& trial : rungs) {
    const std::vector<Rung> asked = probe.point->rungs();
    if (!trial.refused.empty() && std::ranges::find(asked, trial.rung) != asked.end())
      text +=
          fmt::format("{}{}: {}", text.empty() ? "" : "; ", rung_name(trial.rung), trial.refused);
  }
  return text;
}

Result<std::vector<PlannedProbe>> plan_alone(const std::string& target, const KernelBtf& btf,
                                             const Note& note) {
  const CollectorChoice choice;
  TRY_ASSIGN(plan, plan_probes({target}, choice.wanted(), btf, note));
  // its sentences are on collectors that were named: none
  static_cast<void>(keep_grounded(
      choice,
      [&btf](const std::string& type, std::string_view field) {
        return btf.has_field(type, field);
      },
      plan));
  return plan;
}

Result<std::vector<TriedProbe>> try_probes(const std::vector<PlannedProbe>& plan,
                                           const KernelBtf& btf, TrialScope scope) {
  TRY(check_privileges());
  std::vector<TriedProbe> tried;
  if (plan.empty()) return tried;
  for (const PlannedProbe& probe : plan) tried.push_back({probe, {}, ""});
  const bool together = plan.size() > kManyFunctions && std::ranges::all_of(plan, shares_program);
  const size_t most = together ? plan.size() : kSlots;
  const auto slots = static_cast<uint32_t>(std::min(plan.size(), most));
  TRY_ASSIGN(begun, Trial::begin(btf, slots));
  Trial& trial = begun;
  if (together) {
    try_together(trial, tried);
    return tried;
  }
  for (size_t first = 0; first < tried.size(); first += slots) {
    for_each_in_parallel(std::min<size_t>(slots, tried.size() - first), [&](size_t i) {
      TriedProbe& probe = tried[first + i];
      probe.rungs = try_rungs(trial, static_cast<uint32_t>(i), probe.probe, scope);
    });
  }
  return tried;
}

}  // namespace tracker
