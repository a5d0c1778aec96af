// SPDX-License-Identifier: GPL-2.0-or-later
#include "postprocess/journey.h"

#include <algorithm>
#include <utility>

#include "event/packet.h"
#include "postprocess/drop_event.h"
#include "postprocess/drop_explanation.h"

namespace tracker {

std::string_view outcome_text(Outcome outcome) {
  switch (outcome) {
    case Outcome::kUnknown:
      return "unknown";
    case Outcome::kDropped:
      return "dropped";
    case Outcome::kTransmitted:
      return "transmitted";
    case Outcome::kConsumed:
      return "consumed";
  }
  return "unknown";
}

void JourneyBuilder::add_identity(const Event& event) {
  if (journey_.events == 0) {
    journey_.packet_id = event.packet_id;
    journey_.first_ns = event.timestamp_ns;
  }
  journey_.last_ns = event.timestamp_ns;
  ++journey_.events;
  if (journey_.flow.empty() && event.has(Section::kPacket)) {
    journey_.flow = flow_text(event.packet);
    if (journey_.flow.starts_with("TCP ")) journey_.tcp_flags = tcp_flags_text(event.packet);
  }
  if (journey_.length == 0) journey_.length = network_length(event.packet);
  for (const Parent& parent : event.parents) {
    const bool is_new = seen_parents_.emplace(parent.packet_id, parent.kind).second;
    if (is_new) journey_.parents.push_back(parent);
  }
  if (!has_cpu_[event.cpu]) {
    has_cpu_[event.cpu] = true;
    cpus_.push_back(event.cpu);
  }
}

void JourneyBuilder::add_place(const Event& event) {
  if (event.has(Section::kDev)) journey_.verdict.dev = event.dev;
  if (event.has(Section::kNetns)) journey_.verdict.netns = event.netns;
}

void JourneyBuilder::end_with(Outcome outcome, const Event& event) {
  journey_.verdict.outcome = outcome;
  journey_.verdict.timestamp_ns = event.timestamp_ns;
  journey_.verdict.probe = event.probe;
  journey_.verdict.drop = {};
  journey_.verdict.meaning = FreeMeaning::kLoss;
}

void JourneyBuilder::add_outcome(const Event& event) {
  const ProbeRole role = role_of(event, names_);
  if (is_of_call(role) && has_place_) return;
  has_place_ = !is_of_call(role);
  if (role == ProbeRole::kTransmitted) {
    const bool is_late =
        has_transmit_ ? seen_since_transmit_ : journey_.verdict.outcome == Outcome::kDropped;
    if (is_late) return;
    add_place(event);
    const bool was_taken = event.has_return_code && event.return_code == 0;
    end_with(was_taken ? Outcome::kTransmitted : Outcome::kUnknown, event);
    if (was_taken && !transmit_dev_.name.empty()) journey_.verdict.dev = transmit_dev_;
    return;
  }
  add_place(event);
  seen_since_transmit_ = role != ProbeRole::kTransmit;
  if (role == ProbeRole::kTransmit) {
    has_transmit_ = true;
    transmit_dev_ = event.has(Section::kDev) ? event.dev : DevSection{};
  }
  if (is_drop(event, names_)) {
    end_with(Outcome::kDropped, event);
    if (event.has(Section::kDrop)) journey_.verdict.drop = event.drop;
    journey_.verdict.explanation = drop_explanation(event, names_, is_where_it_had_a_tag(event));
  } else {
    end_with(is_consumption(event, names_) ? Outcome::kConsumed : Outcome::kUnknown, event);
    if (role == ProbeRole::kDropped) journey_.verdict.meaning = free_meaning(event, names_);
  }
}

// The kernel takes a tag off before it looks for a device of that VLAN, which then is the packet's:
// one that is still at the device where it had the tag found none.
void JourneyBuilder::add_vlan_tag(const Event& event) {
  if (role_of(event, names_) == ProbeRole::kReceive && event.has(Section::kDev) &&
      has_vlan_tag(event)) {
    tagged_dev_ = event.dev;
    tagged_netns_ = event.netns;
  }
}

bool JourneyBuilder::is_where_it_had_a_tag(const Event& event) const {
  return event.has(Section::kDev) && event.dev.ifindex != 0 &&
         event.dev.ifindex == tagged_dev_.ifindex && event.dev.name == tagged_dev_.name &&
         event.netns == tagged_netns_;
}

void JourneyBuilder::add(const Event& event) {
  add_identity(event);
  add_vlan_tag(event);
  add_outcome(event);
}

Journey JourneyBuilder::finish() {
  std::sort(cpus_.begin(), cpus_.end());
  // Of a packet whose end is not known, the end itself may be what was lost, on any CPU.
  journey_.loss = journey_.verdict.outcome == Outcome::kUnknown
                      ? losses_.anywhere_from(journey_.first_ns)
                      : losses_.on_cpus(cpus_, journey_.first_ns, journey_.last_ns);
  for (const uint16_t cpu : cpus_) has_cpu_[cpu] = false;
  cpus_.clear();
  has_transmit_ = seen_since_transmit_ = has_place_ = false;
  transmit_dev_ = {};
  tagged_dev_ = {};
  tagged_netns_ = {};
  seen_parents_.clear();
  return std::exchange(journey_, Journey{});
}

}  // namespace tracker
