// SPDX-License-Identifier: GPL-2.0-or-later
//
// Which probes and sections a collection has: what was typed, looked up in the running kernel.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "event/names.h"
#include "probes/kernel_btf.h"
#include "probes/probe_kind.h"

namespace tracker {

// Functions that differ in nothing but where their packet is share a program where they are more
// than these: programs of their own, a few hundredths of a second each, would take long.
inline constexpr size_t kManyFunctions = 16;

struct PlannedProbe {
  ProbePointPtr point;
  uint32_t sections = 0;

  ProbeRole role() const { return point->name().role; }
};

// What -c asks for.
struct CollectorChoice {
  uint32_t sections = 0;  // named one by one
  bool automatic = true;  // and every other one that has ground, but for stack, which costs most

  // What a probe is to fill if all of it has ground.
  uint32_t wanted() const;
  bool operator==(const CollectorChoice&) const = default;
};

// Collectors by their names; nothing means "auto". Wrong usage for an unknown name.
Result<CollectorChoice> parse_collectors(const std::vector<std::string>& names);

// Whether the running kernel has a type with a member (KernelBtf::has_field).
using HasField = std::function<bool(const std::string& type_name, std::string_view field)>;

// Takes out of the plan what this kernel or these probes give no ground for: types that are not
// there, `drop` where no probe is a free of dropped packets that says why or where. The value is a
// sentence for each collector that was named and has no ground; of "auto" that is no news.
std::vector<std::string> keep_grounded(const CollectorChoice& choice, const HasField& has_field,
                                       std::vector<PlannedProbe>& plan);

using Note = std::function<void(const std::string& sentence)>;

// Looks every target up, expands wildcards, drops repetitions (with "/stack" once, a probe has it).
// An unknown name is an error that suggests the nearest ones; what has no skb is refused with the
// reason, functions that bring no packet unless they are given the one in hand. `note` is called
// with a sentence for what an optional target or a wildcard leaves out; an error where that leaves
// nothing.
Result<std::vector<PlannedProbe>> plan_probes(const std::vector<std::string>& targets,
                                              uint32_t sections, const KernelBtf& btf,
                                              const Note& note,
                                              WithoutPacket without = WithoutPacket::kRefused);

}  // namespace tracker
