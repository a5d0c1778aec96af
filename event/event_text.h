// SPDX-License-Identifier: GPL-2.0-or-later
//
// EventText: the parts of an event's text, which its sections add (event/sections/render.h) and
// render_text.cpp puts into lines (render.h has the forms). Empty parts are left out.
#pragma once

#include <string>
#include <vector>

#include "event/names.h"
#include "event/render.h"
#include "event/session.h"

namespace tracker {

struct EventText {
  std::string drop;                // end of the first line: "DROP NO_SOCKET at tcp_v6_rcv+0x77"
  std::string device;              // second line: "eth0"
  std::string endpoints;           // "10.1.0.1:40000 > 10.1.0.2:9"
  std::string summary;             // "UDP  len 60 ttl 64"
  std::string size;                // where nothing is known of the packet: "skb len 60"
  std::vector<std::string> where;  // end of the second line: "netns left"
  std::vector<std::string> lines;  // lines of their own: "sock ESTABLISHED rcvbuf 212992 rmem 0"
  std::vector<std::string> stack;  // frames
};

}  // namespace tracker
