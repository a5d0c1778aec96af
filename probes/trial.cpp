// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/trial.h"

#include <fstream>

#include "event/section.h"
#include "probes/kernel_probes.h"
#include "probes/tracepoint/point.h"

namespace tracker {

Result<std::string> try_programs(const KernelBtf& btf) {
  constexpr uint32_t kSmallRing = 1U << 16;
  const Tracepoint* tracepoint = btf.find_tracepoint("kfree_skb");
  if (!tracepoint) return Error{"this kernel has no tracepoint skb:kfree_skb"};
  KernelProbesOptions options;
  options.probe_count = 1;
  options.ring_bytes = kSmallRing;
  options.snaplen = RECORD_PAYLOAD_SPLIT / 2;
  TRY_ASSIGN(probes, KernelProbes::load(options, btf, [] { return EventRings::make(kSmallRing); }));
  const TracepointPoint point("skb", *tracepoint);
  ProbePlan plan;
  plan.point = &point;
  plan.sections = section_bit(Section::kDrop) | section_bit(Section::kPacket);
  return probes.attach(0, plan);
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
