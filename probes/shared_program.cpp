// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/shared_program.h"

#include <algorithm>
#include <iterator>

#include "probes/probe_point.h"

namespace tracker {
namespace {

// Of `count` functions whose ends are attached one by one, `before` of them when this begins.
KeepGoing count_by_halves(const KeepGoing& keep_going, size_t before, size_t count) {
  return [&keep_going, before, count](size_t done, size_t total) {
    const size_t ends = before + done;
    return total == 0 || ends % 2 != 0 ? keep_going(0, 0) : keep_going(ends / 2, count);
  };
}

// To those whose beginning was accepted.
void attach_returns(SharedProgram& shared, std::span<const SharedTarget> targets,
                    const KeepGoing& keep_going, std::vector<std::string>& refusals) {
  std::vector<SharedTarget> accepted;
  for (size_t i = 0; i < targets.size(); ++i)
    if (refusals[i].empty()) accepted.push_back(targets[i]);
  std::vector<UniqueFd> links;
  const auto refused = attach_links(shared.rung, shared.program.get(), accepted, links,
                                    count_by_halves(keep_going, targets.size(), targets.size()));
  std::ranges::move(links, std::back_inserter(shared.links));
  const auto* next = refused.data();
  for (std::string& refusal : refusals)
    if (refusal.empty()) refusal = *next++;
}

}  // namespace

void set_shared_knobs(Knobs& knobs) {
  if (knobs[KNOB_CONTEXT] == CONTEXT_RETURNED) {
    knobs[KNOB_SHARED] = 1;
    knobs[KNOB_RESULT] = RESULT_SHARED;
    return;
  }
  const bool is_beside = knobs[KNOB_HOOK_ARG] != KNOB_NO_ARG ||
                         knobs[KNOB_DEV_ARG] != KNOB_NO_ARG ||
                         knobs[KNOB_REASON_ARG] != KNOB_NO_ARG;
  knobs[KNOB_SHARED] = 1;
  if (knobs[KNOB_LIST] != LIST_NONE) knobs[KNOB_LIST] = LIST_SHARED;
  set_argument_knobs({{KNOB_SKB_ARG, SHARED_SKB},
                      {KNOB_SOCK_ARG, SHARED_SOCK},
                      {KNOB_NET_ARG, SHARED_NET},
                      {KNOB_HOOK_ARG, is_beside ? SHARED_HOOK : -1},
                      {KNOB_DEV_ARG, is_beside ? SHARED_DEV : -1},
                      {KNOB_REASON_ARG, is_beside ? SHARED_REASON : -1}},
                     knobs);
}

Result<UniqueFd> load_shared(Rung rung, const ProgramCode& code) {
  ProgramForm form;
  form.name = "functions";
  form.type = rung == Rung::kFentryMulti ? BPF_PROG_TYPE_TRACING : BPF_PROG_TYPE_KPROBE;
  if (rung == Rung::kFentryMulti) form.attach_type = kTraceFentryMulti;
  if (is_kprobe_multi(rung)) form.attach_type = BPF_TRACE_KPROBE_MULTI;
  return load_program(form, code);
}

Result<void> knows_links(Rung rung) {
  if (rung != Rung::kFentryMulti) return {};
  ProgramCode nothing;
  nothing.instructions = empty_program();
  const auto program = load_shared(rung, nothing);
  if (program || program.error().message.find("must provide btf_id") == std::string::npos)
    return {};
  return Error{"this kernel has no such links (BPF_TRACE_FENTRY_MULTI, 7.3)"};
}

std::vector<std::string> attach_shared(SharedProgram& shared, std::span<const SharedTarget> targets,
                                       const KeepGoing& keep_going) {
  const auto rung_before = rung_of_beginning(shared.rung);
  if (!shared.beginning || !rung_before)
    return attach_links(shared.rung, shared.program.get(), targets, shared.links, keep_going);
  auto refusals = attach_links(*rung_before, shared.beginning.get(), targets, shared.links,
                               count_by_halves(keep_going, 0, targets.size()));
  attach_returns(shared, targets, keep_going, refusals);
  return refusals;
}

void SharedProgram::detach() {
  missed_by_closed += missed_by_links(rung, links);
  close_all(links);
}

std::optional<uint64_t> SharedProgram::missed() const {
  bpf_prog_info info{};
  bpf_prog_info before{};
  if (!counts_missed(rung) || !program_info(program, info)) return std::nullopt;
  if (beginning && !program_info(beginning, before)) return std::nullopt;
  return info.recursion_misses + before.recursion_misses + missed_by_closed +
         missed_by_links(rung, links);
}

}  // namespace tracker
