// SPDX-License-Identifier: GPL-2.0-or-later
//
// Events as JSON (docs/events.md). Every text in it comes from a table of ours or went through
// escape_text(), so that the result is valid whatever the event holds.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "event/event_words.h"
#include "event/kernel_name.h"
#include "event/render.h"
#include "event/render_json_packet.h"

namespace tracker {
namespace {

using Json = nlohmann::ordered_json;

// 64-bit numbers that are names, not amounts: many readers keep only 53 bits of a number.
std::string id_text(uint64_t id) { return fmt::format("{:#x}", id); }

// Sets what is known; what is not stays absent.
void set(Json& json, const char* key, std::string text) {
  if (!text.empty()) json[key] = std::move(text);
}
void set(Json& json, const char* key, Json value) {
  if (!value.empty()) json[key] = std::move(value);
}
void set_id(Json& json, const char* key, uint64_t id) {
  if (id != 0) json[key] = id_text(id);
}
void set_nonzero(Json& json, const char* key, uint64_t number) {
  if (number != 0) json[key] = number;
}

Json task_json(const Task& task) {
  Json json{{"pid", task.pid}, {"tgid", task.tgid}};
  set(json, "comm", escape_text(task.comm.view()));
  set(json, "context", std::string(context_text(task.context)));
  return json;
}

Json probe_json(const Event& event, const Names& names) {
  Json json = Json::object();
  if (event.probe >= names.probes.size()) return json;
  const ProbeName& probe = names.probes[event.probe];
  set(json, "type", escape_text(probe.type));
  set(json, "symbol", escape_text(probe.symbol));
  if (probe.offset) json["offset"] = *probe.offset;
  return json;
}

Json parents_json(const Event& event) {
  Json json = Json::array();
  for (const Parent& parent : event.parents) {
    Json entry = Json::object();
    set_id(entry, "id", parent.packet_id);
    set(entry, "kind", std::string(parent_kind_text(parent.kind)));
    if (!entry.empty()) json.push_back(std::move(entry));
  }
  return json;
}

Json skb_json(const SkbSection& skb) {
  Json json = Json::object();
  set_id(json, "addr", skb.address);
  set_id(json, "head", skb.head);
  json["len"] = skb.len;
  json["data_len"] = skb.data_len;
  json["truesize"] = skb.truesize;
  json["gso_size"] = skb.gso_size;
  json["gso_segs"] = skb.gso_segs;
  set_nonzero(json, "hash", skb.hash);
  json["mark"] = skb.mark;
  json["priority"] = skb.priority;
  if (skb.protocol != 0) json["protocol"] = fmt::format("{:#06x}", skb.protocol);
  json["pkt_type"] = packet_type_text(skb.pkt_type);
  if (skb.vlan_proto != 0) {
    json["vlan"] = Json{{"proto", fmt::format("{:#06x}", skb.vlan_proto)},
                        {"id", skb.vlan_tci & 0xfff},
                        {"priority", skb.vlan_tci >> 13}};
  }
  json["cloned"] = skb.cloned;
  json["ip_summed"] = checksum_state_text(skb.ip_summed);
  return json;
}

Json dev_json(const Event& event, const Names& names) {
  Json json = Json::object();
  const std::string name = device_text(event, names);
  const bool is_made_up = event.dev.name.empty() && name == fmt::format("if{}", event.dev.ifindex);
  if (!is_made_up) set(json, "name", name);
  set_nonzero(json, "ifindex", event.dev.ifindex);
  set_nonzero(json, "rx_ifindex", event.dev.rx_ifindex);
  return json;
}

Json netns_json(const NetnsSection& netns, const Names& names) {
  Json json = Json::object();
  set_nonzero(json, "inum", netns.inum);
  set_id(json, "cookie", netns.cookie);
  set(json, "name", escape_text(names.netns_name(netns.cookie, netns.inum).value_or("")));
  return json;
}

Json drop_json(const DropSection& drop, const Names& names) {
  Json json = Json::object();
  if (drop.has_reason) {
    json["reason"] = escape_text(names.reason_text(drop.reason));
    json["code"] = drop.reason;
    json["subsystem"] = escape_text(names.subsystem_text(drop.reason));
  }
  if (drop.location != 0) json["location"] = escape_text(names.symbol_text(drop.location));
  return json;
}

Json sock_json(const SockSection& sock) {
  Json json = Json::object();
  set_id(json, "cookie", sock.cookie);
  if (sock.family != 0) json["family"] = socket_family_text(sock.family);
  if (sock.type != 0) json["type"] = socket_type_text(sock.type);
  if (sock.protocol != 0) json["protocol"] = socket_protocol_text(sock.protocol);
  if (sock.state != 0) json["state"] = socket_state_text(sock.state);
  if (sock.has_buffers) {
    json["rcvbuf"] = sock.rcvbuf;
    json["rmem_alloc"] = sock.rmem_alloc;
  }
  return json;
}

Json section_json(Section section, const Event& event, const Names& names) {
  switch (section) {
    case Section::kSkb:
      return skb_json(event.skb);
    case Section::kPacket:
      return render_packet_json(event.packet);
    case Section::kDev:
      return dev_json(event, names);
    case Section::kNetns:
      return netns_json(event.netns, names);
    case Section::kDrop:
      return drop_json(event.drop, names);
    case Section::kSock:
      return sock_json(event.sock);
    case Section::kStack:
      return stack_text(event, names);
  }
  return Json::object();
}

}  // namespace

std::string render_event_json(const Event& event, const Names& names, const Session& session) {
  Json json;
  json["ts"] = event.timestamp_ns;
  if (!session.clocks.empty()) json["time"] = render_rfc3339(event.timestamp_ns, session);
  json["cpu"] = event.cpu;
  json["task"] = task_json(event.task);
  set(json, "probe", probe_json(event, names));
  set_id(json, "packet_id", event.packet_id);
  set(json, "parents", parents_json(event));
  if (event.has_return_code) json["return_code"] = event.return_code;
  for (const SectionInfo& info : kSections) {
    if (!event.has(info.section)) continue;
    set(json, info.name.data(), section_json(info.section, event, names));
  }
  const MissingStack missing = missing_stack(event, names, session);
  if (missing == MissingStack::kBudget) json["stack_omitted"] = "budget";
  if (missing == MissingStack::kNoRoom) json["stack_omitted"] = "no_room";
  return json.dump();
}

}  // namespace tracker
