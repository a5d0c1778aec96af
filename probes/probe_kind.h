// SPDX-License-Identifier: GPL-2.0-or-later
//
// The kinds of probes: each with its form of targets and its look-up in the running kernel.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "probes/kernel_btf.h"
#include "probes/probe_point.h"

namespace tracker {

// What a target stands for: several points where it has wildcards.
struct FoundPoints {
  std::vector<ProbePointPtr> points;
  bool takes_stack = false;        // "/stack" was appended
  std::vector<std::string> notes;  // sentences on what a wildcard leaves out
};

// What becomes of functions that bring no packet: they are refused, or given the one in hand
// (bpf/hand.h). Those that bring one are not concerned.
enum class WithoutPacket { kRefused, kInferred };

// In front of a target: it is left out where this kernel does not have it ("?fn:ip_rcv").
inline constexpr char kOptionalMark = '?';

bool is_optional(const std::string& target);

// Whether a target has the form of one, with the optional mark or without; no look at the kernel.
// Wrong usage otherwise.
Result<void> check_target(const std::string& target);

// Looks a target up, with the optional mark or without. One that the kernel does not have is an
// error that suggests the nearest names; one that can never yield an event is refused with the
// reason. `btf` must outlive the points.
Result<FoundPoints> find_points(const std::string& target, const KernelBtf& btf,
                                WithoutPacket without = WithoutPacket::kRefused);

}  // namespace tracker
