// SPDX-License-Identifier: GPL-2.0-or-later
#include "postprocess/packet_change.h"

#include <fmt/format.h>

#include <utility>

#include "event/packet.h"
#include "event/protocol_name.h"

namespace tracker {
namespace {

constexpr uint16_t kVlanIdMask = 0x0fff;

// "5.100", outermost first; "none".
std::string vlan_words(const Packet& packet) {
  std::string text;
  for (const uint16_t tag : packet.ethernet->vlans) {
    text += fmt::format("{}{}", text.empty() ? "" : ".", tag & kVlanIdMask);
  }
  return text.empty() ? "none" : text;
}

std::string tunnel_words(const Packet& packet) {
  if (!packet.tunnel) return "none";
  const std::string kind = tunnel_kind_text(packet.tunnel->kind);
  return packet.tunnel->id ? fmt::format("{} {}", kind, *packet.tunnel->id) : kind;
}

void add(std::vector<PacketChange>& changes, std::string_view what, std::string before,
         std::string after) {
  if (before == after || before.empty() || after.empty()) return;
  changes.push_back({what, std::move(before), std::move(after)});
}

}  // namespace

std::vector<PacketChange> packet_changes(const PacketSection& before, const PacketSection& after) {
  std::vector<PacketChange> changes;
  add(changes, "addresses", endpoints_text(before), endpoints_text(after));
  const Packet old = decode_packet(before);
  const Packet now = decode_packet(after);
  if (old.ethernet && now.ethernet) add(changes, "vlan", vlan_words(old), vlan_words(now));
  if (old.ip && now.ip) {
    add(changes, "ttl", std::to_string(old.ip->ttl), std::to_string(now.ip->ttl));
    add(changes, "tunnel", tunnel_words(old), tunnel_words(now));
  }
  return changes;
}

}  // namespace tracker
