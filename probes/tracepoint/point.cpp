// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/tracepoint/point.h"

#include <fmt/format.h>

#include <array>

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

void TracepointPoint::set_knobs(Knobs& knobs) const {
  const TracepointArgs& args = tracepoint_.args;
  const std::array<std::pair<tracker_knob, int>, 6> positions{
      {{KNOB_SKB_ARG, args.skb},
       {KNOB_SOCK_ARG, args.sock},
       {KNOB_DEV_ARG, args.dev},
       {KNOB_REASON_ARG, args.reason},
       {KNOB_LOCATION_ARG, args.location},
       {KNOB_RETURN_ARG, args.return_code}}};
  knobs[KNOB_ARGS] = 0;
  for (const auto& [knob, position] : positions) {
    knobs[knob] = position_knob(position);
    if (knobs[knob] != KNOB_NO_ARG) knobs[KNOB_ARGS] |= 1U << position;
  }
  const KnownTracepoint* entry = known(tracepoint_.name);
  knobs[KNOB_ROLE] = static_cast<uint64_t>(tracepoint_role(tracepoint_.name));
  knobs[KNOB_STAGE] = entry ? entry->stage : 0;
}

Result<AttachedProgram> TracepointPoint::attach(const std::vector<bpf_insn>& program) const {
  // libbpf looks types of modules up by an object file descriptor that needs CAP_SYS_ADMIN
  const uint32_t type_id = tracepoint_.module.empty() ? tracepoint_.type_id : 0;
  return attach_tracepoint(program, tracepoint_.name, type_id);
}

}  // namespace tracker
