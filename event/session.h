// SPDX-License-Identifier: GPL-2.0-or-later
//
// Session: what is known about one collection as a whole - where, when, with what, and what was
// lost. Small, stored once per recording and updated at every commit.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tracker {

// One reading of the clocks, to turn CLOCK_BOOTTIME into wall time. A new one is added when
// the difference changes by more than a millisecond (a clock step).
struct ClockReading {
  uint64_t boottime_ns = 0;
  int64_t realtime_ns = 0;  // since the epoch

  bool operator==(const ClockReading&) const = default;
};

// Hits of one probe on one CPU. seen = filtered + recorded + ring_full + reader + storage.
struct ProbeCounters {
  uint16_t probe = 0;
  uint16_t cpu = 0;
  uint64_t seen = 0;
  uint64_t filtered = 0;      // a filter said no, or the skb never was a network packet
  uint64_t recorded = 0;      // handed on; in the file where one is written
  uint64_t ring_full = 0;     // lost: no room in the ring buffer
  uint64_t reader = 0;        // lost: could not be decoded; without a recording, not shown
  uint64_t storage = 0;       // lost: could not be written
  uint64_t unattributed = 0;  // part of filtered: --netns was given and nothing named a namespace
  uint64_t untracked = 0;     // part of seen: the tracking map had no room for the packet

  uint64_t lost() const { return ring_full + reader + storage; }
  bool operator==(const ProbeCounters&) const = default;
};

// A stretch of time in which a CPU lost events: a journey that has events there is not complete.
struct LossWindow {
  uint16_t cpu = 0;
  uint64_t from_ns = 0;  // CLOCK_BOOTTIME of the last event recorded before the loss
  uint64_t to_ns = 0;    // of the first recorded after it
  uint64_t count = 0;

  bool operator==(const LossWindow&) const = default;
};

// A probe that nobody asked for and that makes no events: it sees where packets are, so that packet
// ids and namespaces of the others are right.
struct CompanionProbe {
  std::string target;
  std::string how;      // "tp_btf", "raw_tp"; empty: not attached
  std::string problem;  // a sentence, where not attached
  uint64_t seen = 0;    // hits: what it cost
  // Hits on packets that the tracking map had no room for: their namespaces and ids may be unknown.
  uint64_t untracked = 0;

  bool operator==(const CompanionProbe&) const = default;
};

// How one asked-for probe was attached.
struct ProbeAttachment {
  std::string target;  // as asked for
  bool attached = false;
  std::string how;      // "tp_btf", "raw_tp"
  std::string problem;  // a sentence, where not attached
  // Hits for which the kernel did not run the program (recursion); -1: this kernel does not count.
  int64_t missed = -1;

  bool operator==(const ProbeAttachment&) const = default;
};

// One program of many probes, each at a function: what it missed is known of all of them together.
struct SharedProgramUse {
  std::string how;      // "kprobe_multi", as the attachments of these probes have it
  uint64_t probes = 0;  // that it serves
  int64_t missed = -1;  // as ProbeAttachment::missed, which is -1 of each of them

  bool operator==(const SharedProgramUse&) const = default;
};

// Which drops get a stack where not every event has one: of each reason and place the first ones,
// and so many in each second after those. Both 0: there is no such budget.
struct StackBudget {
  uint32_t first = 0;
  uint32_t per_second = 0;

  bool is_nothing() const { return first == 0 && per_second == 0; }
  bool operator==(const StackBudget&) const = default;
};

struct Session {
  std::string tracker_version;
  std::string hostname;
  std::string kernel_release;  // uname -r, kept as text
  std::string kernel_version;  // uname -v
  std::string machine;         // uname -m
  std::string command_line;
  std::string timezone;            // TZ name of the recording host ("Europe/Berlin"), may be empty
  int32_t utc_offset_seconds = 0;  // of local time at the start
  uint32_t cpus = 0;
  uint64_t start_ns = 0;  // CLOCK_BOOTTIME, once all probes were attached
  uint64_t end_ns = 0;    // 0: not ended cleanly (or still running)
  std::string
      end_reason;  // "SIGINT", "--duration", "--count", "command ended", ...; empty with end_ns 0
  StackBudget stacks;  // a drop without a stack was beyond it
  std::vector<ClockReading> clocks;
  std::vector<CompanionProbe> companions;
  std::vector<ProbeAttachment> attachments;  // index: Names::probes for the attached ones
  std::vector<SharedProgramUse> shared_programs;
  std::vector<ProbeCounters> counters;
  std::vector<LossWindow> losses;

  // Wall time of a boot-clock time, ns since the epoch, by the last reading at or before it.
  int64_t realtime_ns(uint64_t boottime_ns) const;

  // Events lost of all probes, on all CPUs, whatever the cause.
  // Whether its own row was read: of a recording whose row is damaged nobody knows how it ended.
  bool is_known() const { return start_ns != 0; }
  bool was_not_ended() const { return is_known() && end_ns == 0; }
  uint64_t lost() const {
    uint64_t sum = 0;
    for (const ProbeCounters& of : counters) sum += of.lost();
    return sum;
  }

  bool operator==(const Session&) const = default;
};

struct Names;

// Says of each function among the probes by which rung it was reached (ProbeName::rung): what
// became of the attaching is in the order of the probes.
void name_rungs(const Session& session, Names& names);

}  // namespace tracker
