// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/probe_kind.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "probes/tracepoint/lookup.h"
#include "probes/tracepoint/target.h"

namespace tracker {
namespace {

struct ProbeKind {
  std::string_view prefix;  // of its targets
  Result<void> (*check)(const std::string& target);
  Result<FoundPoints> (*find)(const std::string& target, const KernelBtf& btf);
};

constexpr std::array<ProbeKind, 1> kKinds{{{"tp:", check_tracepoint, find_tracepoints}}};

// What has no kind's prefix is judged by the first: its sentence says how probes are written.
const ProbeKind& kind_of(const std::string& target) {
  const auto* found = std::find_if(kKinds.begin(), kKinds.end(), [&](const ProbeKind& kind) {
    return target.starts_with(kind.prefix);
  });
  return found == kKinds.end() ? kKinds.front() : *found;
}

}  // namespace

Result<void> check_target(const std::string& target) { return kind_of(target).check(target); }

Result<FoundPoints> find_points(const std::string& target, const KernelBtf& btf) {
  return kind_of(target).find(target, btf);
}

uint64_t position_knob(int position) {
  return position < 0 || position >= SCRATCH_ARGS ? KNOB_NO_ARG : static_cast<uint64_t>(position);
}

}  // namespace tracker
