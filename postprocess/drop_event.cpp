// SPDX-License-Identifier: GPL-2.0-or-later
#include "postprocess/drop_event.h"

namespace tracker {
namespace {

bool says_consumed(const Event& event, const Names& names) {
  if (!event.has(Section::kDrop) || !event.drop.has_reason) return false;
  const auto reason = names.reasons.find(event.drop.reason);
  return reason != names.reasons.end() && reason->second.name == "SKB_CONSUMED";
}

}  // namespace

ProbeRole role_of(const Event& event, const Names& names) {
  return event.probe < names.probes.size() ? names.probes[event.probe].role : ProbeRole::kOther;
}

bool is_drop(const Event& event, const Names& names) {
  return role_of(event, names) == ProbeRole::kDropped && !says_consumed(event, names);
}

bool is_consumption(const Event& event, const Names& names) {
  const ProbeRole role = role_of(event, names);
  if (role == ProbeRole::kConsumed) return true;
  return role == ProbeRole::kDropped && says_consumed(event, names);
}

}  // namespace tracker
