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
    if (attached && scope == TrialScope::kUntilOneWorks) break;
  }
  return tried;
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
  std::string text;
  for (const RungTrial& trial : rungs) {
    if (!trial.refused.empty())
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
  for (const PlannedProbe& probe : plan) tried.push_back({probe, {}});
  const auto slots = static_cast<uint32_t>(std::min<size_t>(plan.size(), kSlots));
  TRY_ASSIGN(begun, Trial::begin(btf, slots));
  Trial& trial = begun;
  for (size_t first = 0; first < tried.size(); first += slots) {
    for_each_in_parallel(std::min<size_t>(slots, tried.size() - first), [&](size_t i) {
      TriedProbe& probe = tried[first + i];
      probe.rungs = try_rungs(trial, static_cast<uint32_t>(i), probe.probe, scope);
    });
  }
  return tried;
}

}  // namespace tracker
