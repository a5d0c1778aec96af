// SPDX-License-Identifier: GPL-2.0-or-later
//
// What programs in the kernel are made for: what all probes of a collection share, and each has.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "event/session.h"
#include "probes/probe_point.h"

namespace tracker {

// What all probes of a collection share; fixed before load().
struct KernelProbesOptions {
  uint32_t probe_count = 0;
  uint32_t ring_bytes = 0;     // per CPU; a power of two, at least a page
  uint32_t track_entries = 0;  // packets under way at the same time; 0: ids without a map
  uint32_t call_entries = 0;   // calls under way of functions whose return is watched; 0: none is
  uint32_t hand_entries = 0;   // tasks and CPUs with a packet in hand (bpf/hand.h); 0: none has
  uint32_t snaplen = 0;        // bytes of each packet, 1 to RECORD_PAYLOAD_ALL
  StackBudget stacks;          // of probes that see drops and do not take every stack
  bool all_skbs = false;       // also skbs that never were network packets
  struct Netns {
    uint32_t inum = 0;
    uint64_t cookie = 0;  // 0: not known, the inum decides alone
  };
  std::vector<Netns> netns;  // empty: all
  // Kernel addresses and values (KernelSymbols); 0 where unknown, which turns the use of it off.
  uint64_t vmemmap_base = 0;
  uint64_t page_offset_base = 0;
  uint64_t per_cpu_offset = 0;
  uint64_t preempt_count = 0;  // or what it lies in (bpf/compat.h)
  // Ways that depend on the kernel; for tests, which try each on one kernel.
  bool loads = true;  // read the kernel's objects by loads where it can be done (bpf/kernel_read.h)
  std::optional<bool> guard;  // programs turn preemption off themselves (bpf/hit.h); by their rung
};

// One probe's own constants.
struct ProbePlan {
  const ProbePoint* point = nullptr;  // not owned; outlives the call
  uint32_t sections = 0;              // bits of Section to fill
  bool companion = false;   // makes no records: only sees where packets are (all are `filtered`)
  bool netns_only = false;  // nothing but drops is collected: packets need no ids that stay
  bool paired = false;      // of net_dev_start_xmit: net_dev_xmit is attached too
  bool in_hand = false;     // the packets of its calls are in hand while these run (bpf/hand.h)
};

struct IndexedPlan {
  uint32_t index = 0;
  ProbePlan plan;
};

}  // namespace tracker
