// SPDX-License-Identifier: GPL-2.0-or-later
//
// Which probes and sections a collection has: what was typed, looked up in the running kernel.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "event/names.h"
#include "probes/kernel_btf.h"
#include "probes/target.h"

namespace tracker {

struct PlannedProbe {
  Target target;                           // without wildcards
  const Tracepoint* tracepoint = nullptr;  // of the KernelBtf given to plan_probes()
  ProbeRole role = ProbeRole::kOther;
  uint32_t sections = 0;
};

// Sections by the names of collectors; "auto" and an empty list are all but `stack`. Wrong usage
// for an unknown name.
Result<uint32_t> parse_collectors(const std::vector<std::string>& names);

// Looks every target up, expands wildcards, drops repetitions (with "/stack" once, a probe has it).
// An unknown tracepoint is an error that suggests the nearest names; one without an skb is refused
// with the reason.
Result<std::vector<PlannedProbe>> plan_probes(const std::vector<std::string>& targets,
                                              uint32_t sections, const KernelBtf& btf);

// The group of a tracepoint, from tracefs: "skb" for kfree_skb; empty where tracefs cannot be read
// or does not have it. BTF knows no groups.
std::vector<std::string> tracepoint_groups(const std::string& name);
bool tracefs_readable();

}  // namespace tracker
