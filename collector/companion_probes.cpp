// SPDX-License-Identifier: GPL-2.0-or-later
#include "collector/companion_probes.h"

#include <algorithm>

#include "probes/probe_kind.h"

namespace tracker {

namespace {

const PlannedProbe* find_role(const std::vector<PlannedProbe>& plan, ProbeRole role) {
  auto found = std::find_if(plan.begin(), plan.end(),
                            [&](const PlannedProbe& probe) { return probe.role() == role; });
  return found == plan.end() ? nullptr : &*found;
}

}  // namespace

std::vector<PlannedProbe> plan_companions(const std::vector<PlannedProbe>& plan, bool filters_netns,
                                          const KernelBtf& btf) {
  std::vector<std::string> wanted;
  if (find_role(plan, ProbeRole::kQueue) || find_role(plan, ProbeRole::kTransmit)) {
    wanted.emplace_back("tp:net:net_dev_start_xmit");
    wanted.emplace_back("tp:net:net_dev_xmit");
  }
  const PlannedProbe* drops = find_role(plan, ProbeRole::kDropped);
  if (filters_netns && drops) {
    wanted.emplace_back("tp:net:netif_receive_skb");
    wanted.emplace_back("tp:skb:consume_skb");
    if (!drops->point->brings_socket()) wanted.emplace_back("tp:tcp:tcp_probe");
  }
  std::vector<PlannedProbe> companions;
  for (const std::string& target : wanted) {
    const bool has_it = std::any_of(plan.begin(), plan.end(), [&](const PlannedProbe& probe) {
      return probe.point->target() == target;
    });
    if (has_it) continue;
    // a kernel that lacks one has what it is for in another way, or not at all
    const auto found = find_points(target, btf);
    if (found && !found->points.empty()) companions.push_back({found->points.front(), 0});
  }
  return companions;
}

}  // namespace tracker
