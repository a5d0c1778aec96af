// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/probe_kind.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "probes/function/lookup.h"
#include "probes/tracepoint/lookup.h"
#include "probes/tracepoint/target.h"

namespace tracker {
namespace {

struct ProbeKind {
  std::string_view prefix;  // of its targets
  Result<void> (*check)(const std::string& target);
  Result<FoundPoints> (*find)(const std::string& target, const KernelBtf& btf,
                              WithoutPacket without);
};

Result<FoundPoints> find_tracepoints_alone(const std::string& target, const KernelBtf& btf,
                                           WithoutPacket /*of functions only*/) {
  return find_tracepoints(target, btf);
}

constexpr std::array<ProbeKind, 6> kKinds{{{"tp:", check_tracepoint, find_tracepoints_alone},
                                           {"fn:", check_function, find_functions},
                                           {"fentry:", check_function, find_functions},
                                           {"kprobe:", check_function, find_functions},
                                           {"fexit:", check_function, find_functions},
                                           {"kretprobe:", check_function, find_functions}}};

// What has no kind's prefix is judged by the first: its sentence says how probes are written.
const ProbeKind& kind_of(const std::string& target) {
  const auto* found = std::find_if(kKinds.begin(), kKinds.end(), [&](const ProbeKind& kind) {
    return target.starts_with(kind.prefix);
  });
  return found == kKinds.end() ? kKinds.front() : *found;
}

std::string without_mark(const std::string& target) {
  return is_optional(target) ? target.substr(1) : target;
}

}  // namespace

bool is_optional(const std::string& target) { return target.starts_with(kOptionalMark); }

Result<void> check_target(const std::string& target) {
  const std::string plain = without_mark(target);
  return kind_of(plain).check(plain);
}

Result<FoundPoints> find_points(const std::string& target, const KernelBtf& btf,
                                WithoutPacket without) {
  const std::string plain = without_mark(target);
  return kind_of(plain).find(plain, btf, without);
}

void set_argument_knobs(ArgumentPositions positions, Knobs& knobs) {
  knobs[KNOB_ARGS] = 0;
  for (const auto& [knob, position] : positions) {
    const bool is_reached = position >= 0 && position < SCRATCH_ARGS;
    knobs[knob] = is_reached ? static_cast<uint64_t>(position) : KNOB_NO_ARG;
    if (is_reached) knobs[KNOB_ARGS] |= 1U << position;
  }
}

}  // namespace tracker
