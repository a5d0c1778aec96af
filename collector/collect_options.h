// SPDX-License-Identifier: GPL-2.0-or-later
//
// CollectOptions: what the user asked to collect, as plain values; no trace of how it was typed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "event/session.h"

namespace tracker {

struct CollectOptions {
  // Probes as typed ("tp:skb:kfree_skb", "tp:net:*/stack"), at least one.
  std::vector<std::string> probes;
  // Names of sections to fill (event/section.h) or "auto": all that have ground, but for
  // stack. Empty means auto.
  std::vector<std::string> collectors;
  // --netns arguments; empty: all namespaces.
  std::vector<std::string> netns;
  // Bytes of each packet to keep; 0: all (at most 64 KiB); absent: through the transport header.
  std::optional<uint32_t> snaplen;
  // Stacks of drops that probes without "/stack" see; needs such a probe.
  StackBudget stacks;
  bool with_inferred = false;  // functions that bring no packet are given the one in hand
  bool all_skbs = false;       // also skbs that never were network packets

  std::optional<double> duration_seconds;  // > 0
  std::optional<uint64_t> count;           // > 0: end after so many events
  std::optional<std::string> command;      // for /bin/sh -c; its end ends the collection

  std::optional<uint32_t> ring_bytes;  // per CPU; absent: by the number of CPUs
  uint32_t track_packets = 65536;      // packets under way that ids are kept for

  std::optional<uint64_t> max_bytes;  // end once the recording and its -wal have that size
  std::optional<std::string> output;  // the recording's path; absent: nothing is recorded
  std::string tracker_version;
  std::string command_line;  // as typed, for the recording
};

}  // namespace tracker
