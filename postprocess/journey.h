// SPDX-License-Identifier: GPL-2.0-or-later
//
// Journey: what is known of one packet as a whole - never stored, always derived from its events.
//
// Its events are not in it: there may be more than fit into memory (JourneyReader gives them).
#pragma once

#include <bitset>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "event/event.h"
#include "event/free_meaning.h"
#include "event/names.h"
#include "postprocess/loss_index.h"

namespace tracker {

enum class Outcome : uint8_t {
  kUnknown,      // nothing says how it ended
  kDropped,      // the kernel dropped it
  kTransmitted,  // a driver took it and it was not seen again
  kConsumed,     // freed as done with
};

std::string_view outcome_text(Outcome outcome);  // "unknown", "dropped", ...

struct Verdict {
  Outcome outcome = Outcome::kUnknown;
  uint64_t timestamp_ns = 0;                 // of the event that decided; kUnknown: of the last one
  uint16_t probe = 0;                        // of that event, index into Names::probes
  DropSection drop;                          // kDropped: reason and place, as far as known
  FreeMeaning meaning = FreeMeaning::kLoss;  // kConsumed: why a free that is called a drop is none
  std::string_view explanation;              // kDropped: drop_explanation(); may be empty
  // The device and namespace known last; value-initialised where never known. kTransmitted: the
  // device that took the packet.
  DevSection dev;
  NetnsSection netns;

  bool operator==(const Verdict&) const = default;
};

struct Journey {
  uint64_t packet_id = 0;          // 0: unknown, one event
  std::vector<Parent> parents;     // each once, in order of appearance
  std::vector<uint64_t> children;  // ids, rising
  uint64_t first_ns = 0;
  uint64_t last_ns = 0;
  uint64_t events = 0;
  std::string flow;       // flow_text() of the first event that has one; may be empty
  std::string tcp_flags;  // tcp_flags_text() of the same event
  uint32_t length = 0;    // network_length() of the first event that has one; 0: unknown
  Verdict verdict;
  Loss loss;  // events that may belong to it and are missing

  bool is_complete() const { return loss.empty(); }
  bool operator==(const Journey&) const = default;
};

// Builds a Journey from its events, given one by one in time order.
//
// How a verdict comes about: a drop or a consumption ends the packet. What a driver reports about a
// hand-over (net_dev_xmit) fires after the driver has done with the packet, which may by then have
// been dropped by it, or been received on the other end of a veth: the report counts only if
// nothing else was seen since the hand-over (net_dev_start_xmit, where that is recorded) began. Any
// other event after an end means that the packet lived on, and takes the end back.
class JourneyBuilder {
 public:
  // Both must outlive the builder.
  JourneyBuilder(const Names& names, const LossIndex& losses) : names_(names), losses_(losses) {}

  void add(const Event& event);
  // The journey of the events added since the last finish(), without children; at least one.
  Journey finish();

 private:
  void add_identity(const Event& event);
  void add_place(const Event& event);
  void add_vlan_tag(const Event& event);
  bool is_where_it_had_a_tag(const Event& event) const;
  void add_outcome(const Event& event);
  void end_with(Outcome outcome, const Event& event);

  const Names& names_;
  const LossIndex& losses_;
  Journey journey_;
  // The hand-over that began last: whether there was one, whether anything else was seen since, and
  // its device.
  bool has_place_ = false;  // something but the returns of functions saw it
  bool has_transmit_ = false;
  bool seen_since_transmit_ = false;
  DevSection transmit_dev_;
  // Where the packet came in with a VLAN tag last; value-initialised: nowhere.
  DevSection tagged_dev_;
  NetnsSection tagged_netns_;
  std::set<std::pair<uint64_t, ParentKind>> seen_parents_;
  std::vector<uint16_t> cpus_;  // of its events, each once
  std::bitset<65'536> has_cpu_;
};

}  // namespace tracker
