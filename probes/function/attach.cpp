// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/function/attach.h"

#include <bpf/bpf.h>

#include <cerrno>
#include <utility>

#include "base/system_error.h"
#include "probes/function/kprobe.h"
#include "probes/function/module_btf.h"
#include "probes/shared_program.h"

namespace tracker {
namespace {

Result<AttachedProgram> attach_trampoline(const Function& function, bpf_attach_type end,
                                          const ProgramCode& program) {
  ProgramForm form;
  form.type = BPF_PROG_TYPE_TRACING;
  form.attach_type = end;
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

Result<AttachedProgram> attach_kprobe(const Function& function, KprobeEnd end,
                                      const ProgramCode& program) {
  ProgramForm form;
  form.type = BPF_PROG_TYPE_KPROBE;
  form.name = function.name;
  AttachedProgram attached;
  TRY_ASSIGN(loaded, load_program(form, program));
  attached.program = std::move(loaded);
  const std::string symbol = kprobe_symbol(function.name, function.module);
  TRY_ASSIGN(event, open_kprobe(symbol, end));
  // The link keeps the event.
  const int link = bpf_link_create(attached.program.get(), event.get(), BPF_PERF_EVENT, nullptr);
  if (link < 0) return system_error("attach to the kprobe at " + symbol, errno);
  attached.link.reset(link);
  return attached;
}

// Needs CAP_PERFMON alone, where a kprobe of perf's may need more (perf_event_paranoid).
Result<AttachedProgram> attach_kprobe_multi(const Function& function, const ProgramCode& program) {
  AttachedProgram attached;
  TRY_ASSIGN(loaded, load_shared(Rung::kKprobeMulti, program));
  attached.program = std::move(loaded);
  SharedSite site;
  site.function = function.name;
  site.module = function.module;
  const SharedTarget target{&site, 0};
  std::vector<UniqueFd> links;
  const auto refusals = attach_links(Rung::kKprobeMulti, attached.program.get(), {&target, 1},
                                     links, [](size_t, size_t) { return true; });
  if (!refusals.front().empty())
    return Error{"cannot attach to function " + function.name + ": " + refusals.front()};
  attached.link = std::move(links.front());
  return attached;
}

}  // namespace

Result<AttachedProgram> attach_to_function(const Function& function, Rung rung,
                                           const ProgramCode& program) {
  switch (rung) {
    case Rung::kFentry:
      return attach_trampoline(function, BPF_TRACE_FENTRY, program);
    case Rung::kFexit:
      return attach_trampoline(function, BPF_TRACE_FEXIT, program);
    case Rung::kKprobe:
      return attach_kprobe(function, KprobeEnd::kBeginning, program);
    case Rung::kKprobeMulti:
      return attach_kprobe_multi(function, program);
    case Rung::kKretprobe:
      return attach_kprobe(function, KprobeEnd::kReturn, program);
    default:
      return Error{"functions are not reached by this rung"};
  }
}

}  // namespace tracker
