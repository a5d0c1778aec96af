// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/inspect_probes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "cli/fit_columns.h"
#include "cli/probe_list.h"
#include "cli/rung_ladder.h"
#include "collector/probe_trial.h"
#include "event/render.h"

namespace tracker {
namespace {

// What is tried for the probes of a class: the ladder's sample, which is seldom called, where it
// belongs to the class and this kernel has it; else the class's first probe.
std::string sample_of(const ListedProbe& first) {
  const ProbeClass& kind = first.of_class;
  if (!kind.is_function) return kLadderSamples[0].target;
  if (!kind.in_module && !kind.is_long) return kLadderSamples[kind.is_return ? 2 : 1].target;
  return first.point->target();
}

struct ClassTrial {
  ProbeClass of_class;
  TriedProbe sample;
};

struct ClassTrials {
  std::vector<ClassTrial> tried;
  std::string refusal;  // why nothing at all could be tried
};

ClassTrials try_classes(const ProbeList& list, const KernelBtf& btf) {
  ClassTrials trials;
  std::vector<ProbeClass> classes;
  std::vector<PlannedProbe> plan;
  for (const ListedProbe& probe : list.probes) {
    if (std::ranges::find(classes, probe.of_class) != classes.end()) continue;
    const auto no_note = [](const std::string&) {};
    auto planned = plan_alone(sample_of(probe), btf, no_note);
    if (!planned) planned = plan_alone(probe.point->target(), btf, no_note);
    if (!planned) continue;
    classes.push_back(probe.of_class);
    plan.push_back(planned->front());
  }
  const auto tried = try_probes(plan, btf, TrialScope::kAllRungs);
  if (!tried) {
    trials.refusal = tried.error().message;
    return trials;
  }
  for (size_t i = 0; i < classes.size(); ++i) trials.tried.push_back({classes[i], (*tried)[i]});
  return trials;
}

// The best of the probe's rungs that worked for its class.
std::optional<Rung> best_rung(const ListedProbe& probe, const ClassTrials& trials) {
  const auto tried = std::ranges::find(trials.tried, probe.of_class, &ClassTrial::of_class);
  if (tried == trials.tried.end()) return std::nullopt;
  for (const Rung rung : probe.point->rungs()) {
    const bool works = std::ranges::any_of(tried->sample.rungs, [&](const RungTrial& trial) {
      return trial.rung == rung && trial.refused.empty();
    });
    if (works) return rung;
  }
  return std::nullopt;
}

std::vector<std::string> trial_remarks(const ClassTrials& trials) {
  std::vector<std::string> remarks;
  if (!trials.refusal.empty()) remarks.push_back("rungs were not tried: " + trials.refusal);
  std::set<std::string> said;  // classes are mostly refused for one reason
  for (const ClassTrial& trial : trials.tried) {
    const TriedProbe& tried = trial.sample;
    if (!tried.best() && said.insert(tried.refusal()).second)
      remarks.push_back(
          fmt::format("{} cannot be attached: {}", tried.probe.point->target(), tried.refusal()));
  }
  return remarks;
}

bool can_share_program(const ListedProbe& probe) { return probe.point->shared_site().has_value(); }

}  // namespace

Result<void> list_probes(const KernelBtf& btf, const std::string& pattern, OutputFormat format) {
  const ProbeList list = find_probes(btf, pattern);
  std::vector<std::string> remarks = list_remarks(list, pattern);
  if (list.probes.empty()) {
    remarks.insert(remarks.begin(),
                   fmt::format("no tracepoint or function with an skb that can be watched matches "
                               "'{}'",
                               pattern));
    return Error{fmt::format("{}", fmt::join(remarks, "; "))};
  }
  const ClassTrials trials = try_classes(list, btf);
  ListedRungs rungs;
  if (trials.refusal.empty()) {
    rungs.emplace();
    for (const ListedProbe& probe : list.probes) rungs->push_back(best_rung(probe, trials));
  }
  TRY(Output::print(format == OutputFormat::kJson ? list_json(list, rungs) : list_text(list, rungs),
                    format));
  if (list.probes.size() > kManyFunctions && std::ranges::any_of(list.probes, can_share_program))
    remarks.push_back(fmt::format(
        "the means are those of each alone: more than {} functions at a time share programs, by "
        "one link or a kprobe each",
        kManyFunctions));
  const std::vector<std::string> of_trials = trial_remarks(trials);
  remarks.insert(remarks.end(), of_trials.begin(), of_trials.end());
  for (const std::string& remark : remarks)
    say_fitted(fmt::format("tracker: {}\n", escape_text(remark)));
  return {};
}

}  // namespace tracker
