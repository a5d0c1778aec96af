// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/tracepoint/point.h"

#include <bpf/bpf.h>
#include <fmt/format.h>

#include <cerrno>
#include <utility>

#include "base/system_error.h"
#include "probes/record.h"

namespace tracker {
namespace {

struct KnownTracepoint {
  const char* name;
  ProbeRole role;
  uint32_t stage;  // RECEIVE_STAGE_ where it receives
};

// What the kernel's own tracepoints tell about a packet's life; others are kOther.
constexpr KnownTracepoint kKnownTracepoints[] = {
    {"kfree_skb", ProbeRole::kDropped, 0},
    {"consume_skb", ProbeRole::kConsumed, 0},
    {"napi_gro_receive_entry", ProbeRole::kReceive, RECEIVE_STAGE_GRO},
    {"netif_rx", ProbeRole::kReceive, RECEIVE_STAGE_BACKLOG},
    {"netif_receive_skb", ProbeRole::kReceive, RECEIVE_STAGE_CORE},
    {"net_dev_queue", ProbeRole::kQueue, 0},
    {"net_dev_start_xmit", ProbeRole::kTransmit, 0},
    {"net_dev_xmit", ProbeRole::kTransmitted, 0},
};

const KnownTracepoint* known(const std::string& name) {
  for (const KnownTracepoint& entry : kKnownTracepoints) {
    if (name == entry.name) return &entry;
  }
  return nullptr;
}

}  // namespace

ProbeRole tracepoint_role(const std::string& name) {
  const KnownTracepoint* entry = known(name);
  return entry ? entry->role : ProbeRole::kOther;
}

std::string TracepointPoint::target() const {
  return fmt::format("tp:{}:{}", group_, tracepoint_.name);
}

ProbeName TracepointPoint::name() const {
  return {"tp", group_ + ":" + tracepoint_.name, {}, tracepoint_role(tracepoint_.name)};
}

// skb:consume_skb has a location too (6.12), but what it frees was not dropped.
bool TracepointPoint::names_drop() const {
  return tracepoint_role(tracepoint_.name) == ProbeRole::kDropped &&
         (tracepoint_.args.reason >= 0 || tracepoint_.args.location >= 0);
}

void TracepointPoint::set_knobs(Rung /*rung*/, Knobs& knobs) const {
  const TracepointArgs& args = tracepoint_.args;
  set_argument_knobs({{KNOB_SKB_ARG, args.skb},
                      {KNOB_SOCK_ARG, args.sock},
                      {KNOB_NET_ARG, -1},
                      {KNOB_DEV_ARG, args.dev},
                      {KNOB_HOOK_ARG, -1},
                      {KNOB_REASON_ARG, args.reason},
                      {KNOB_LOCATION_ARG, args.location},
                      {KNOB_RETURN_ARG, args.return_code}},
                     knobs);
  knobs[KNOB_RESULT] = RESULT_NONE;  // net_dev_xmit's is an argument
  const KnownTracepoint* entry = known(tracepoint_.name);
  knobs[KNOB_ROLE] = static_cast<uint64_t>(tracepoint_role(tracepoint_.name));
  knobs[KNOB_STAGE] = entry ? entry->stage : 0;
}

// By tp_btf needs its type in vmlinux: libbpf looks types of modules up by an object file
// descriptor that needs CAP_SYS_ADMIN.
std::vector<Rung> TracepointPoint::rungs() const {
  const bool has_type = tracepoint_.module.empty() && tracepoint_.type_id != 0;
  return has_type ? std::vector{Rung::kTpBtf, Rung::kRawTp} : std::vector{Rung::kRawTp};
}

Result<AttachedProgram> TracepointPoint::attach(Rung rung, const ProgramCode& program) const {
  const bool is_typed = rung == Rung::kTpBtf;
  ProgramForm form;
  form.type = is_typed ? BPF_PROG_TYPE_TRACING : BPF_PROG_TYPE_RAW_TRACEPOINT;
  form.attach_type = is_typed ? BPF_TRACE_RAW_TP : 0;
  form.btf_type_id = is_typed ? tracepoint_.type_id : 0;
  form.name = tracepoint_.name;
  AttachedProgram attached;
  TRY_ASSIGN(loaded, load_program(form, program));
  attached.program = std::move(loaded);
  const int link = bpf_raw_tracepoint_open(is_typed ? nullptr : tracepoint_.name.c_str(),
                                           attached.program.get());
  if (link < 0) return system_error("attach to tracepoint " + tracepoint_.name, errno);
  attached.link.reset(link);
  return attached;
}

}  // namespace tracker
