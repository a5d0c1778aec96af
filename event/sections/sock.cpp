// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include "event/kernel_name.h"
#include "event/sections/render.h"

namespace tracker {

void write_sock_json(JsonWriter& json, const Event& event, const Names& /*names*/) {
  const SockSection& sock = event.sock;
  const auto place = json.begin_known_object("sock");
  json.known_id("cookie", sock.cookie);
  if (sock.family != 0) json.member_plain("family", socket_family_text(sock.family));
  if (sock.type != 0) json.member_plain("type", socket_type_text(sock.type));
  if (sock.protocol != 0) json.member_plain("protocol", socket_protocol_text(sock.protocol));
  if (sock.state != 0) json.member_plain("state", socket_state_text(sock.state));
  if (sock.has_buffers) {
    json.member("rcvbuf", sock.rcvbuf);
    json.member("rmem_alloc", sock.rmem_alloc);
  }
  json.end_known(place);
}

// "sock ESTABLISHED rcvbuf 212992 rmem 0".
void add_sock_text(EventText& text, const Event& event, const Names& /*names*/) {
  const SockSection& sock = event.sock;
  std::string line = "sock";
  if (sock.state != 0) line += " " + socket_state_text(sock.state);
  if (sock.has_buffers) line += fmt::format(" rcvbuf {} rmem {}", sock.rcvbuf, sock.rmem_alloc);
  if (line != "sock") text.lines.push_back(std::move(line));
}

}  // namespace tracker
