// SPDX-License-Identifier: GPL-2.0-or-later
//
// Whether this kernel takes our programs: only trying tells.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "probes/kernel_btf.h"
#include "probes/kernel_probes.h"
#include "probes/probe_point.h"

namespace tracker {

// Trial: programs as a collection has them, attached without letting them begin: none of them reads
// a packet or makes a record.
class Trial {
 public:
  // Of so many programs at the same time. An error says why no probe can be had here.
  static Result<Trial> begin(const KernelBtf& btf, uint32_t slots);

  // Loads the program of that point, filling these sections, and attaches it by that rung, in place
  // of the slot's last one. An error has the kernel's words. Slots may be used by several threads
  // at the same time. With the trial ends what it attached.
  Result<void> attach(uint32_t slot, const ProbePoint& point, uint32_t sections, Rung rung);

  // All of them as a collection attaches many functions (KernelProbes::attach_shared()).
  std::vector<Result<std::string>> attach_together(std::span<const IndexedPlan> plans);
  // The same of a program that many functions share, at this one alone.
  Result<void> attach_shared(uint32_t slot, const ProbePoint& point, uint32_t sections, Rung rung);

 private:
  explicit Trial(KernelProbes probes) : probes_(std::move(probes)) {}
  KernelProbes probes_;
};

// Why the kernel refuses every program that reads its memory; empty where it is not for lockdown
// (/sys/kernel/security/lockdown; LOCKDOWN_BPF_READ_KERNEL, 5.4).
std::string lockdown_text();

}  // namespace tracker
