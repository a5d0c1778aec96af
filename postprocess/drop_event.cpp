// SPDX-License-Identifier: GPL-2.0-or-later
#include "postprocess/drop_event.h"

#include "event/free_meaning.h"

namespace tracker {

ProbeRole role_of(const Event& event, const Names& names) {
  return event.probe < names.probes.size() ? names.probes[event.probe].role : ProbeRole::kOther;
}

bool is_of_call(ProbeRole role) {
  return role == ProbeRole::kReturn || role == ProbeRole::kInferred;
}

bool is_drop(const Event& event, const Names& names) {
  return role_of(event, names) == ProbeRole::kDropped &&
         free_meaning(event, names) == FreeMeaning::kLoss;
}

bool is_consumption(const Event& event, const Names& names) {
  const ProbeRole role = role_of(event, names);
  if (role == ProbeRole::kConsumed) return true;
  return role == ProbeRole::kDropped && free_meaning(event, names) != FreeMeaning::kLoss;
}

}  // namespace tracker
