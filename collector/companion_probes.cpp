// SPDX-License-Identifier: GPL-2.0-or-later
#include "collector/companion_probes.h"

#include <algorithm>

#include "probes/kernel_probes.h"

namespace tracker {

namespace {

const PlannedProbe* find_role(const std::vector<PlannedProbe>& plan, ProbeRole role) {
  auto found = std::find_if(plan.begin(), plan.end(),
                            [&](const PlannedProbe& probe) { return probe.role == role; });
  return found == plan.end() ? nullptr : &*found;
}

}  // namespace

std::vector<PlannedProbe> plan_companions(const std::vector<PlannedProbe>& plan, bool filters_netns,
                                          const KernelBtf& btf) {
  std::vector<Target> wanted;
  if (find_role(plan, ProbeRole::kQueue) || find_role(plan, ProbeRole::kTransmit)) {
    wanted.push_back({"net", "net_dev_start_xmit", false});
    wanted.push_back({"net", "net_dev_xmit", false});
  }
  const PlannedProbe* drops = find_role(plan, ProbeRole::kDropped);
  if (filters_netns && drops) {
    wanted.push_back({"net", "netif_receive_skb", false});
    wanted.push_back({"skb", "consume_skb", false});
    if (drops->tracepoint->args.sock < 0) wanted.push_back({"tcp", "tcp_probe", false});
  }
  std::vector<PlannedProbe> companions;
  for (const Target& target : wanted) {
    const Tracepoint* tracepoint = btf.find_tracepoint(target.name);
    const bool has_it = std::any_of(plan.begin(), plan.end(), [&](const PlannedProbe& probe) {
      return probe.tracepoint == tracepoint;
    });
    if (tracepoint && !has_it)
      companions.push_back({target, tracepoint, probe_role(target.name), 0});
  }
  return companions;
}

}  // namespace tracker
