// SPDX-License-Identifier: GPL-2.0-or-later
//
// KernelProbes: the programs in the kernel and what they write to - load, attach, read, detach.
//
// The object file (bpf/tracker.bpf.c) is loaded once as a template: libbpf creates the maps and
// relocates the program for this kernel. Each probe then gets a copy of the relocated instructions
// with its own constants patched in (bpf/knob.h), and is loaded and attached by its point
// (probe_point.h). Rings, counters and the tracking map have files of their own.
//
// Order: load -> attach each -> start watching -> drain while collecting -> detach -> drain ->
// counters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "event/names.h"
#include "event/session.h"
#include "probes/event_rings.h"
#include "probes/kernel_btf.h"
#include "probes/kernel_probes_options.h"
#include "probes/possible_cpus.h"
#include "probes/probe_point.h"
#include "probes/program_ways.h"
#include "probes/record.h"
#include "probes/shared_program.h"

namespace tracker {

class KernelProbes {
 public:
  // `btf` is this kernel's; it is not kept. `rings` is called once, for rings of
  // options.ring_bytes: making them takes as long as everything before, and can be done beside it.
  static Result<KernelProbes> load(const KernelProbesOptions& options, const KernelBtf& btf,
                                   const std::function<Result<EventRings>()>& rings);
  KernelProbes(KernelProbes&&) noexcept;
  KernelProbes& operator=(KernelProbes&&) noexcept;
  ~KernelProbes();

  // Loads and attaches probe `index` (of options.probe_count) by the best rung that the kernel
  // permits. The value is that rung's name. An error names each rung's failure. Probes may be
  // attached by several threads at the same time.
  Result<std::string> attach(uint32_t index, const ProbePlan& plan);
  // The same by this rung alone; the error does not name it. What the probe was attached by before
  // is then detached.
  Result<void> attach_by(Rung rung, uint32_t index, const ProbePlan& plan);
  // Attaches many probes, whose points have a shared_site(), by few programs: one for each of these
  // rungs and for what else programs differ in. The value is by plan what attach() gives: those
  // that no shared program reaches have an error.
  std::vector<Result<std::string>> attach_shared(std::span<const IndexedPlan> plans,
                                                 std::span<const Rung> rungs,
                                                 const KeepGoing& keep_going);
  // Why programs read the kernel's objects by calls although this kernel has what it takes for
  // loads: what its BTF lacks, or its words for the first program that it refused. Empty: none.
  const std::string& refused_loads() const;

  // From here on hits count, of all probes at once; before, attached probes do nothing. Called
  // once, when all are attached.
  Result<void> start_watching();

  // Takes at most `budget` records from each CPU's ring. The value is how many were taken.
  Result<size_t> drain(size_t budget, const EventRings::RecordCallback& callback);
  // Becomes readable when a ring holds a quarter of its size. Owned by this object.
  int poll_fd() const;

  // Ends what start_watching() began, detaches all programs and waits until none of them still runs
  // (an RCU grace period).
  void detach();

  // Counters of probe `index`, one entry per CPU that saw a hit; reader and storage are 0.
  Result<std::vector<ProbeCounters>> counters(uint32_t index) const;
  // Records that each CPU could not put into its ring so far, by CPU.
  Result<std::vector<uint64_t>> lost_by_cpu() const;
  // Hits for which the kernel did not run the program; -1: this kernel does not say.
  int64_t missed(uint32_t index) const;
  // What became of programs that many probes share; of each of those missed() is -1.
  std::vector<SharedProgramUse> shared_programs() const;
  // Nanoseconds and runs of the program, where kernel.bpf_stats_enabled was on; for benchmarks.
  struct RunTime {
    uint64_t nanoseconds = 0;
    uint64_t runs = 0;
  };
  RunTime run_time(uint32_t index) const;

  // See TrackingMap::sweep().
  Result<size_t> sweep_tracks(uint64_t before_ns);

 private:
  struct State;
  explicit KernelProbes(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace tracker
