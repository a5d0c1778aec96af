// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/trial.h"

#include <fstream>

namespace tracker {

Result<Trial> Trial::begin(const KernelBtf& btf, uint32_t slots) {
  constexpr uint32_t kSmallRing = 1U << 16;
  KernelProbesOptions options;
  options.probe_count = slots;
  options.ring_bytes = kSmallRing;
  options.track_entries = 1;  // with the part of the program that follows packets
  options.snaplen = RECORD_PAYLOAD_SPLIT / 2;
  TRY_ASSIGN(probes, KernelProbes::load(options, btf, [] { return EventRings::make(kSmallRing); }));
  return Trial(std::move(probes));
}

Result<void> Trial::attach(uint32_t slot, const ProbePoint& point, uint32_t sections, Rung rung) {
  ProbePlan plan;
  plan.point = &point;
  plan.sections = sections;
  auto attached = probes_.attach_by(rung, slot, plan);
  if (attached) return attached;
  const std::string lockdown = lockdown_text();
  return lockdown.empty() ? attached : Error{lockdown};
}

std::vector<Result<std::string>> Trial::attach_together(std::span<const IndexedPlan> plans) {
  return probes_.attach_shared(plans, shared_rungs(), [](size_t, size_t) { return true; });
}

Result<void> Trial::attach_shared(uint32_t slot, const ProbePoint& point, uint32_t sections,
                                  Rung rung) {
  const IndexedPlan plan{slot, {&point, sections}};
  const auto attached =
      probes_.attach_shared({&plan, 1}, {&rung, 1}, [](size_t, size_t) { return true; });
  if (attached.front()) return {};
  const std::string named = std::string(rung_name(rung)) + ": ";
  const std::string& why = attached.front().error().message;
  return Error{why.starts_with(named) ? why.substr(named.size()) : why};
}

std::string lockdown_text() {
  std::ifstream file("/sys/kernel/security/lockdown");
  std::string text;
  std::getline(file, text);
  if (text.find("[confidentiality]") == std::string::npos) return {};
  return "this kernel is locked down (lockdown=confidentiality), where no BPF program may read its "
         "memory: boot it without, or with lockdown=integrity";
}

}  // namespace tracker
