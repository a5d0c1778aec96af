// SPDX-License-Identifier: GPL-2.0-or-later
//
// Event: one hit of one probe, decoded. The value that the collector makes, storage keeps, and
// postprocess and rendering read.
//
// An Event holds numbers as the kernel gave them (reason codes, addresses, netns inums); the words
// for them are in Names (names.h), once per recording. That keeps an Event free of allocations but
// for the packet's bytes, whose capacity survives reuse of the Event (collector and reader fill
// the same vector<Event> again and again), and lets two Events be compared member by member.
//
// A section's members are meaningful only where has(Section::...) says so, and value-initialised
// where not.
#pragma once

#include <cstdint>
#include <vector>

#include "event/fixed_name.h"
#include "event/section.h"
#include "event/sections/all.h"

namespace tracker {

// What the CPU was doing when the probe was hit. Only in kProcess is the task the packet's own;
// in the others it is whoever was interrupted.
enum class TaskContext : uint8_t { kProcess = 0, kSoftirq = 1, kHardirq = 2, kNmi = 3 };

struct Task {
  uint32_t pid = 0;  // the thread's id, as bpf_get_current_pid_tgid() has it: initial pid namespace
  uint32_t tgid = 0;  // the process's id
  FixedName comm;
  TaskContext context = TaskContext::kProcess;

  bool operator==(const Task&) const = default;
};

enum class ParentKind : uint8_t {
  kClone,
  kCopy,
  kSegment,
  kMerge,
  kFragment,
  kReassembly,
  kUpcall
};

struct Parent {
  uint64_t packet_id = 0;
  ParentKind kind = ParentKind::kClone;

  bool operator==(const Parent&) const = default;
};

struct Event {
  uint64_t timestamp_ns = 0;  // CLOCK_BOOTTIME of the recording host
  uint64_t packet_id = 0;     // 0: unknown
  uint16_t cpu = 0;
  uint16_t probe = 0;       // index into Names::probes
  uint32_t sections = 0;    // bits of Section
  int32_t return_code = 0;  // net_dev_xmit's rc (NETDEV_TX_); meaningful if has_return_code
  bool has_return_code = false;
  Task task;
  std::vector<Parent> parents;
#define X(name, Name, bit) Name##Section name;
  TRACKER_SECTIONS(X)
#undef X

  bool has(Section section) const { return (sections & section_bit(section)) != 0; }
  void add(Section section) { sections |= section_bit(section); }

  bool operator==(const Event&) const = default;
};

// Value-initialises an Event but keeps the capacity of its vectors, for loops that reuse it.
void reset(Event& event);

}  // namespace tracker
