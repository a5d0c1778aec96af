// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/shared_site.h"

#include <algorithm>

#include "probes/program_ways.h"

namespace tracker {

uint64_t shared_arguments(const SharedPositions& positions) {
  const auto bits = [](int position, unsigned shift) {
    const bool is_none = position < 0 || position >= SCRATCH_ARGS;
    return (is_none ? uint64_t{SHARED_NO_ARG} : static_cast<uint64_t>(position)) << shift;
  };
  return bits(positions.skb, SHARED_SKB_SHIFT) | bits(positions.sock, SHARED_SOCK_SHIFT) |
         bits(positions.net, SHARED_NET_SHIFT) | positions.list << SHARED_LIST_SHIFT |
         bits(positions.hook, SHARED_HOOK_SHIFT) | bits(positions.dev, SHARED_DEV_SHIFT) |
         bits(positions.reason, SHARED_REASON_SHIFT) | positions.result << SHARED_RESULT_SHIFT;
}

std::vector<Rung> shared_rungs() {
  if (kernel_may_preempt())
    return {Rung::kKprobeMulti, Rung::kFentryMulti, Rung::kKprobe, Rung::kKretprobeMulti,
            Rung::kKretprobe};
  return {Rung::kFentryMulti, Rung::kKprobeMulti, Rung::kKprobe, Rung::kKretprobeMulti,
          Rung::kKretprobe};
}

// Links of fentry_multi take ids of vmlinux' BTF alone, those of kprobe_multi names alone.
bool can_share(const SharedSite& site, Rung rung) {
  if (std::ranges::find(site.rungs, rung) == site.rungs.end()) return false;
  if (rung == Rung::kFentryMulti) return site.module.empty();
  return !is_kprobe_multi(rung) || !site.has_namesake;
}

}  // namespace tracker
