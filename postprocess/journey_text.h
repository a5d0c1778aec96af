// SPDX-License-Identifier: GPL-2.0-or-later
//
// JourneyText: journeys as text, DESIGN.md section 7:
//   #5f01  UDP 10.1.0.1:40000 > 10.1.0.2:9  46 B  DROPPED NO_SOCKET at __udp4_lib_rcv+0x4bc, 34.9
//   us after first seen at 10:13:56.500000
//        0.0 us  cpu1 iperf3/812  tp:net:net_dev_queue      left0  netns left
//      +11.9     cpu1             tp:net:netif_receive_skb  right0  netns left -> right
//      +23.0     cpu1             tp:skb:kfree_skb          NO_SOCKET: nothing listens there, or
//      ...
// Of a TCP segment the flags stand behind the ports: "10.1.0.1:40000 > 10.1.0.2:80 [S]". Between
// journeys is an empty line, and a line with the date where the day changes. After the last step a
// line says how the packet ended where the step itself does not, and another one what is missing.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "event/event.h"
#include "event/names.h"
#include "event/session.h"
#include "postprocess/journey.h"

namespace tracker {

class JourneyText {
 public:
  // Names and session must outlive this. Times of day are those of the session's clock and zone.
  JourneyText(const Names& names, bool colour, const Session& session)
      : names_(names), session_(session), colour_(colour) {}

  // Each appends whole lines to `text`: begin once, steps for all events in order, end once.
  void begin(const Journey& journey, std::string& text);
  void steps(std::span<const Event* const> events, std::string& text);
  void end(const Journey& journey, std::string& text);

 private:
  const std::string& probe(const Event& event);
  const std::string& netns(const NetnsSection& netns);
  const std::string& task_of(const Event& event);
  void set_widths(std::span<const Event* const> events);
  void add_step(const Event& event, std::string& text);
  void add_note(std::string_view note);
  void add_change(std::string_view what, std::string_view before, std::string_view after);
  void note_device(const Event& event);
  void note_netns(const Event& event);
  void note_packet(const Event& event);
  void note_skb(const Event& event);
  void note_state(const Event& event);
  void note_end(const Event& event);
  void note_drop(const Event& event);
  std::string verdict_text(const Journey& journey);
  void add_times(const Journey& journey, std::string& text) const;
  std::string place_text(const Verdict& verdict);
  const std::string& drop_words(const DropSection& drop);
  std::string reason_note(const Event& event) const;

  const Names& names_;
  const Session& session_;
  bool colour_;
  bool is_first_journey_ = true;
  uint64_t first_seen_ns_ = 0;  // the journey begun last

  // Of the journey at hand; "unknown" is the value-initialised section.
  bool is_first_step_ = true;
  uint64_t drop_ns_ = 0;  // of the verdict, with its words; 0 unless it was dropped
  std::string_view drop_explanation_;
  uint64_t previous_ns_ = 0;
  std::string task_;  // shown last
  DevSection dev_;
  NetnsSection netns_;
  PacketSection packet_;
  bool has_mark_ = false;
  uint32_t mark_ = 0;
  size_t task_width_ = 0;
  size_t probe_width_ = 0;
  size_t cpu_width_ = 0;
  std::string notes_;  // of the step at hand

  std::map<uint16_t, std::string> probes_;
  Task last_task_;  // and its words: most steps have the same one
  std::string last_task_text_;
  std::map<std::pair<uint64_t, uint32_t>, std::string> netns_texts_;
  std::map<std::pair<uint64_t, uint64_t>, std::string> drop_words_;  // by reason and location
};

}  // namespace tracker
