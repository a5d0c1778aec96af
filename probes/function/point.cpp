// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/function/point.h"

#include <bpf/bpf.h>

#include <cerrno>
#include <utility>

#include "base/system_error.h"
#include "probes/function/kprobe.h"
#include "probes/function/module_btf.h"
#include "probes/libbpf_options.h"
#include "probes/record.h"

namespace tracker {
namespace {

Result<AttachedProgram> attach_fentry(const Function& function,
                                      const std::vector<bpf_insn>& program) {
  ProgramForm form;
  form.type = BPF_PROG_TYPE_TRACING;
  form.attach_type = BPF_TRACE_FENTRY;
  form.btf_type_id = function.type_id;
  form.name = function.name;
  UniqueFd module;
  if (!function.module.empty()) {
    TRY_ASSIGN(opened, open_module_btf(function.module));
    module = std::move(opened);
    form.btf_fd = module.get();
  }
  AttachedProgram attached;
  TRY_ASSIGN(loaded, load_program(form, program));
  attached.program = std::move(loaded);
  // opens a trampoline's link for every form of BPF_PROG_TYPE_TRACING
  const int link = bpf_raw_tracepoint_open(nullptr, attached.program.get());
  if (link < 0) return system_error("attach to function " + function.name, errno);
  attached.link.reset(link);
  return attached;
}

Result<AttachedProgram> attach_kprobe(const Function& function,
                                      const std::vector<bpf_insn>& program) {
  ProgramForm form;
  form.type = BPF_PROG_TYPE_KPROBE;
  form.name = function.name;
  AttachedProgram attached;
  TRY_ASSIGN(loaded, load_program(form, program));
  attached.program = std::move(loaded);
  const std::string symbol =
      function.module.empty() ? function.name : function.module + ":" + function.name;
  TRY_ASSIGN(event, open_kprobe(symbol));
  // The link keeps the event.
  const int link = bpf_link_create(attached.program.get(), event.get(), BPF_PERF_EVENT, nullptr);
  if (link < 0) return system_error("attach to the kprobe at " + symbol, errno);
  attached.link.reset(link);
  return attached;
}

}  // namespace

ProbeName FunctionPoint::name() const {
  const std::string symbol =
      function_.module.empty() ? function_.name : function_.module + "/" + function_.name;
  return {type_, symbol, {}, ProbeRole::kOther};
}

std::vector<Rung> FunctionPoint::rungs() const {
  if (rung_) return {*rung_};
  return {Rung::kFentry, Rung::kKprobe};
}

void FunctionPoint::set_knobs(Knobs& knobs) const {
  const FunctionArgs& args = function_.args;
  set_argument_knobs({{KNOB_SKB_ARG, args.skb},
                      {KNOB_SOCK_ARG, args.sock},
                      {KNOB_NET_ARG, args.net},
                      {KNOB_DEV_ARG, -1},
                      {KNOB_REASON_ARG, -1},
                      {KNOB_LOCATION_ARG, -1},
                      {KNOB_RETURN_ARG, -1}},
                     knobs);
  knobs[KNOB_ROLE] = static_cast<uint64_t>(ProbeRole::kOther);
  knobs[KNOB_STAGE] = 0;
}

Result<AttachedProgram> FunctionPoint::attach(Rung rung,
                                              const std::vector<bpf_insn>& program) const {
  return rung == Rung::kFentry ? attach_fentry(function_, program)
                               : attach_kprobe(function_, program);
}

}  // namespace tracker
