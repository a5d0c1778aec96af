// SPDX-License-Identifier: GPL-2.0-or-later
//
// Text and JSON of one event: pure functions of the event, its names and the options.
// DESIGN.md section 7 has the forms; docs/events.md documents the JSON fields.
#pragma once

#include <cstdint>
#include <string>

#include "event/event.h"
#include "event/names.h"
#include "event/session.h"

namespace tracker {

enum class TimeStyle {
  kLocal,  // HH:MM:SS.us in the zone of the host that recorded; the date where the day changes
  kUtc,
  kMono,   // seconds since boot
  kDelta,  // since the event before
};

struct RenderOptions {
  TimeStyle time = TimeStyle::kLocal;
  bool colour = false;
};

// A live or printed event: two or three lines, and the stack where there is one; ends in newline.
//   17:03:21.402117 [1] nc/4412  tp:skb:kfree_skb  #5f01  DROP NO_SOCKET at tcp_v6_rcv+0x77
//     lo  [::1]:52414 > [::1]:80  TCP S  len 40 ttl 64  netns host
// `previous_ns` is the timestamp of the event shown before (kDelta, and the date line of kLocal and
// kUtc); 0: none.
std::string render_event_text(const Event& event, const Names& names, const Session& session,
                              const RenderOptions& options, uint64_t previous_ns);

// One JSON object without a newline.
std::string render_event_json(const Event& event, const Names& names, const Session& session);

// "17:03:21.402117"
std::string render_time(uint64_t timestamp_ns, const Session& session, TimeStyle style,
                        uint64_t previous_ns);
// RFC 3339, UTC, nanoseconds: "2026-11-21T09:13:55.123456789Z"
std::string render_rfc3339(uint64_t timestamp_ns, const Session& session);

// Makes hostile bytes (comm, interface and file names) safe to print on a terminal and on one line:
// control characters and invalid UTF-8 as \xNN.
std::string escape_text(std::string_view text);

// "#5f01": the packet id as text shows it (hexadecimal); JSON has "0x5f01".
std::string packet_id_text(uint64_t packet_id);

}  // namespace tracker
