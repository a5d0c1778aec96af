// SPDX-License-Identifier: GPL-2.0-or-later
//
// Text and JSON of one event: pure functions of the event, its names and the options.
// DESIGN.md section 7 has the forms; docs/events.md documents the JSON fields.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "event/event.h"
#include "event/names.h"
#include "event/session.h"

namespace tracker {

// Of the JSON form of events. A new field leaves it as it is; a field that goes away or changes its
// meaning or type makes it one more.
inline constexpr int kEventSchemaVersion = 1;

enum class TimeStyle {
  kLocal,  // HH:MM:SS.us in the zone of the host that recorded; the date where the day changes
  kUtc,
  kMono,   // seconds since boot
  kDelta,  // since the event before
};

struct RenderOptions {
  TimeStyle time = TimeStyle::kLocal;
  bool colour = false;
  bool stacks = false;  // also those that a budget took (Session::stacks): they are many
};

// A live or printed event: two or three lines, and the stack if it was asked for, when the event
// was collected or by `options.stacks`; ends in newline.
//   17:03:21.402117 [1] nc/4412  tp:skb:kfree_skb  #5f01  DROP NO_SOCKET at tcp_v6_rcv+0x77
//     lo  [::1]:52414 > [::1]:80  TCP S  len 40 ttl 64  netns host
//     sock ESTABLISHED rcvbuf 212992 rmem 4096
//       tcp_v6_rcv+0x77
//       ovs_execute_actions+0x48 [openvswitch]
// In an interrupt the task is only whoever was interrupted: "nc/4412(softirq)", "(hardirq)",
// "(nmi)". A drop beyond the budget for stacks has a line that says so in the stack's place. A
// reason of another subsystem than core has its name before it: "DROP
// openvswitch:OVS_DROP_LAST_ACTION at ...". A transmission that a driver did not take says so in
// the first line: "returned NETDEV_TX_BUSY". A line of which nothing is known is left out.
// `previous_ns` is the timestamp of the event shown before (kDelta, and the date line of kLocal and
// kUtc); 0: none.
std::string render_event_text(const Event& event, const Names& names, const Session& session,
                              const RenderOptions& options, uint64_t previous_ns);

// The same in one line, for watching packets go by (profile ifdump); ends in newline. In the order
// of `tcpdump -i any`, then what tracker adds:
//   17:03:21.402117 eth0 in  10.1.0.1:40000 > 10.1.0.2:9  UDP  len 60 ttl 64  netns left  #5f01
// `in` and `out` come from the probe (received, or queued and transmitted); for all other probes
// the target stands there: "eth0 tp:skb:kfree_skb", and a drop ends the line:
// "  DROP NO_SOCKET at tcp_v6_rcv+0x77". Without task, CPU, sock and stack.
std::string render_event_line(const Event& event, const Names& names, const Session& session,
                              const RenderOptions& options, uint64_t previous_ns);

// One JSON object without a newline; docs/events.md documents it.
std::string render_event_json(const Event& event, const Names& names, const Session& session);
// The same behind `out`.
void append_event_json(const Event& event, const Names& names, const Session& session,
                       std::string& out);

// "17:03:21.402117"; kMono "8123.402117", kDelta "+0.000041234" (seconds, since `previous_ns`).
std::string render_time(uint64_t timestamp_ns, const Session& session, TimeStyle style,
                        uint64_t previous_ns);
// "2026-11-22 UTC+01:00" and a newline where the day is another than that of `previous_ns` (0: than
// that of the session's start); otherwise, and in styles without a day, empty.
std::string render_date_line(uint64_t timestamp_ns, const Session& session, TimeStyle style,
                             uint64_t previous_ns);
// RFC 3339, UTC, nanoseconds: "2026-11-21T09:13:55.123456789Z"
std::string render_rfc3339(uint64_t timestamp_ns, const Session& session);

// Makes hostile bytes (comm, interface and file names) safe to print on a terminal and on one line:
// control characters, invalid UTF-8 and characters that turn the direction of text as \xNN. The
// result is valid UTF-8.
std::string escape_text(std::string_view text);

// "#5f01": the packet id as text shows it (hexadecimal); JSON has "0x5f01".
std::string packet_id_text(uint64_t packet_id);

}  // namespace tracker
