// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/function/point.h"

#include <bpf/libbpf.h>

#include "probes/function/attach.h"
#include "probes/function/target.h"
#include "probes/record.h"

namespace tracker {
namespace {

// Asked only after a refusal: it loads a program.
bool has_loops() {
  return libbpf_probe_bpf_helper(BPF_PROG_TYPE_KPROBE, BPF_FUNC_loop, nullptr) != 0;
}

// What a shared program looks at only where one of its functions has it.
bool has_beside(const FunctionArgs& args) {
  return args.hook >= 0 || args.dev >= 0 || args.reason >= 0;
}

}  // namespace

// What a function hands back without having been given one is a packet where it begins. Beginnings
// that bring none are looked up only where they are to be given the one in hand.
ProbeRole FunctionPoint::role() const {
  if (!is_return_ && function_.args.skb < 0) return ProbeRole::kInferred;
  return is_return_ && function_.args.skb >= 0 && !is_list(function_.args) ? ProbeRole::kReturn
                                                                           : ProbeRole::kOther;
}

bool FunctionPoint::needs_beginning() const {
  return role() == ProbeRole::kReturn || (is_return_ && puts_skb(function_.args));
}

ProbeName FunctionPoint::name() const {
  std::string symbol = full_name(function_);
  if (is_return_ && !rung_) symbol += kReturnMark;
  return {type_, symbol, {}, role()};
}

Call FunctionPoint::call() const {
  if (function_.args.skb < 0 || (is_return_ && role() != ProbeRole::kReturn)) return Call::kNone;
  return is_list(function_.args) ? Call::kOfSeveral : Call::kOfPacket;
}

std::vector<Rung> FunctionPoint::rungs() const {
  if (rung_) return {*rung_};
  if (is_return_) return {Rung::kFexit, Rung::kKretprobe};
  std::vector<Rung> rungs{Rung::kFentry, Rung::kKprobe};
  if (!function_.has_namesake) rungs.push_back(Rung::kKprobeMulti);
  return rungs;
}

// One that shares a program with functions that have a reason has a place for it in its records.
bool FunctionPoint::may_have_reason() const { return !is_return_ && has_beside(function_.args); }

bool FunctionPoint::puts_one() const { return is_return_ && puts_skb(function_.args); }

void FunctionPoint::set_knobs(Rung rung, Knobs& knobs) const {
  const FunctionArgs& args = function_.args;
  const bool at_return = is_at_return(rung);
  const bool has_args = context_of(rung) != CONTEXT_RETURNED;
  const int result = at_return ? (has_args ? args.words : 0) : -1;
  const bool gives_skb = at_return && role() == ProbeRole::kOther && !puts_one();
  const bool has_origin =
      has_args && (gives_skb || puts_one() || !at_return) && role() != ProbeRole::kInferred;
  const int skb = puts_one() ? args.skb_place : args.skb;
  set_argument_knobs({{KNOB_SKB_ARG, gives_skb ? result : (has_args ? skb : -1)},
                      {KNOB_SOCK_ARG, has_origin ? args.sock : -1},
                      {KNOB_NET_ARG, has_origin ? args.net : -1},
                      {KNOB_DEV_ARG, has_origin ? args.dev : -1},
                      {KNOB_HOOK_ARG, has_origin ? args.hook : -1},
                      {KNOB_REASON_ARG, !at_return ? args.reason : -1},
                      {KNOB_LOCATION_ARG, -1},
                      {KNOB_RETURN_ARG, result}},
                     knobs);
  knobs[KNOB_LIST] = gives_skb ? LIST_NONE : args.list;
  knobs[KNOB_HOLD] = gives_skb ? HOLD_NONE : (puts_one() ? HOLD_RESULT : args.hold);
  knobs[KNOB_HOLD_OFFSET] = gives_skb ? 0 : args.hold_offset;
  knobs[KNOB_HOOK_HOLD] = args.hook_hold;
  knobs[KNOB_HOOK_OFFSET] = args.hook_offset;
  knobs[KNOB_RESULT] = result >= 0 && !gives_skb ? args.result : RESULT_NONE;
  if (knobs[KNOB_RETURN_ARG] == KNOB_NO_ARG) knobs[KNOB_RESULT] = RESULT_NONE;
  knobs[KNOB_ROLE] = static_cast<uint64_t>(
      at_return || role() == ProbeRole::kInferred ? role() : ProbeRole::kOther);
  // Of a trampoline's frame: behind the arguments the result and the register of frames.
  if (args.words >= 0) knobs[KNOB_RETURN_WORD] = static_cast<uint64_t>(args.words) + 2;
  knobs[KNOB_STAGE] = 0;
}

// Of a return what its beginning looks at; nothing where that is not watched.
SharedForm FunctionPoint::shared_form() const {
  const FunctionArgs& args = function_.args;
  SharedForm form;
  form.is_return = is_return_;
  form.needs_beginning = needs_beginning();
  if (is_return_ && !form.needs_beginning) return form;
  form.is_list = is_list(args);
  form.hold = puts_one() ? HOLD_RESULT : args.hold;
  form.hold_offset = args.hold_offset;
  form.is_beside = has_beside(args);
  form.hook_hold = args.hook_hold;
  form.hook_offset = args.hook_offset;
  return form;
}

// Programs of fexit are not shared.
std::optional<SharedSite> FunctionPoint::shared_site() const {
  if (rung_ == Rung::kFexit || role() == ProbeRole::kInferred) return std::nullopt;
  SharedSite site;
  site.function = function_.name;
  site.module = function_.module;
  site.type_id = function_.type_id;
  site.has_namesake = function_.has_namesake;
  const FunctionArgs& args = function_.args;
  site.form = shared_form();
  site.arguments =
      shared_arguments({puts_one() ? args.skb_place : args.skb, args.sock, args.net, args.list,
                        args.hook, args.dev, args.reason, is_return_ ? args.result : RESULT_NONE});
  if (!rung_ && is_return_)
    site.rungs = {Rung::kKretprobeMulti, Rung::kKretprobe};
  else if (!rung_)
    site.rungs = {Rung::kFentryMulti, Rung::kKprobeMulti, Rung::kKprobe};
  else if (*rung_ == Rung::kFentry)
    site.rungs = {Rung::kFentryMulti};
  else
    site.rungs = {*rung_};
  return site;
}

Result<AttachedProgram> FunctionPoint::attach(Rung rung, const ProgramCode& program) const {
  auto attached = attach_to_function(function_, rung, program);
  if (!attached && is_list(function_.args) && !has_loops())
    return Error{
        "it is given several skbs, and this kernel lacks bpf_loop() (5.17) to go over them"};
  return attached;
}

}  // namespace tracker
