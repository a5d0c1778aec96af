// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/inspect_why.h"

#include <utility>
#include <vector>

#include "cli/open_files.h"
#include "cli/why_answer.h"
#include "collector/probe_trial.h"
#include "probes/function/target.h"
#include "probes/probe_kind.h"

namespace tracker {
namespace {

ProbeAnswer answer_of(const PlannedProbe& planned) {
  ProbeAnswer answer;
  answer.target = planned.point->target();
  answer.arguments = arguments_of(*planned.point);
  answer.rungs = planned.point->rungs();
  return answer;
}

void add_trial(const TriedProbe& tried, ProbeAnswer& answer) {
  for (const RungTrial& trial : tried.rungs) answer.tried.push_back({trial.rung, trial.refused});
  if (!answer.rung()) answer.refusal = tried.refusal();
}

// Of alternatives a collection says only why the first cannot be watched, and only where none can.
void add_refused_alternatives(const KernelBtf& btf, const std::string& asked, WhyAnswer& answer) {
  const auto target = parse_function_target(is_optional(asked) ? asked.substr(1) : asked);
  if (!target || target->names.size() < 2) return;
  for (const std::string& name : target->names) {
    FunctionTarget one = *target;
    one.names = {name};
    const auto found = find_points(one.text(), btf);
    if (found) return;
    if (found.error().message != answer.refusal) answer.remarks.push_back(found.error().message);
  }
}

WhyAnswer ask(const KernelBtf& btf, const std::string& target) {
  WhyAnswer answer;
  answer.target = target;
  const auto planned = plan_alone(
      target, btf, [&](const std::string& sentence) { answer.remarks.push_back(sentence); });
  if (!planned) {
    answer.refusal = planned.error().message;
    answer.refusal_status = planned.error().kind == ErrorKind::kWrongUsage ? 2 : 1;
  }
  add_refused_alternatives(btf, target, answer);
  if (!planned) return answer;
  for (const PlannedProbe& probe : *planned) answer.probes.push_back(answer_of(probe));
  const TrialScope scope =
      planned->size() == 1 ? TrialScope::kAllRungs : TrialScope::kUntilOneWorks;
  const auto tried = try_probes(*planned, btf, scope);
  if (!tried) {
    answer.refusal = tried.error().message;
    return answer;
  }
  for (size_t i = 0; i < answer.probes.size(); ++i) add_trial((*tried)[i], answer.probes[i]);
  return answer;
}

}  // namespace

Result<int> explain_target(const KernelBtf& btf, const std::string& target, OutputFormat format) {
  raise_open_files();
  const WhyAnswer answer = ask(btf, target);
  TRY(Output::print(format == OutputFormat::kJson ? why_json(answer) : why_text(answer), format));
  return answer.status();
}

}  // namespace tracker
