// SPDX-License-Identifier: GPL-2.0-or-later
#include "postprocess/drops.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "event/event_words.h"
#include "event/packet.h"
#include "event/protocol_name.h"
#include "event/render.h"
#include "postprocess/drop_event.h"
#include "postprocess/place_words.h"

namespace tracker {
namespace {

struct KeyName {
  DropKey key;
  std::string_view name;
};

constexpr std::array<KeyName, 10> kKeys{{
    {DropKey::kReason, "reason"},
    {DropKey::kLocation, "location"},
    {DropKey::kStack, "stack"},
    {DropKey::kFlow, "flow"},
    {DropKey::kDev, "dev"},
    {DropKey::kNetns, "netns"},
    {DropKey::kComm, "comm"},
    {DropKey::kProto, "proto"},
    {DropKey::kCgroup, "cgroup"},
    {DropKey::kLen, "len"},
}};

std::string all_keys() {
  std::string text;
  for (const KeyName& key : kKeys) text += (text.empty() ? "" : ",") + std::string(key.name);
  return text;
}

Error unknown_key(const std::string& typed, const std::string& problem) {
  return wrong_usage(
      fmt::format("--by '{}': {}; give a list of {}", escape_text(typed), problem, all_keys()));
}

std::string protocol_words(const Event& event) {
  if (!event.has(Section::kPacket)) return {};
  const Packet packet = decode_packet(event.packet);
  if (packet.ip) return ip_protocol_text(packet.ip->protocol);
  if (packet.arp) return "ARP";
  if (event.packet.socket.family != 0) return ip_protocol_text(event.packet.socket.protocol);
  return packet.ethertype == 0 ? std::string() : ethertype_text(packet.ethertype);
}

std::string stack_words(const Event& event, const Names& names) {
  std::string text;
  for (const std::string& frame : stack_text(event, names)) {
    if (!text.empty()) text += '\n';
    text += frame;
  }
  return text;
}

std::vector<std::string> split_values(std::string_view group_key) {
  std::vector<std::string> values;
  while (!group_key.empty()) {
    const size_t end = group_key.find('\0');
    values.emplace_back(group_key.substr(0, end));
    group_key.remove_prefix(end + 1);
  }
  return values;
}

}  // namespace

std::string_view drop_key_name(DropKey key) { return kKeys[static_cast<size_t>(key)].name; }

Result<std::vector<DropKey>> parse_drop_keys(const std::string& typed) {
  std::vector<DropKey> keys;
  size_t begin = 0;
  while (begin <= typed.size()) {
    const size_t end = std::min(typed.find(',', begin), typed.size());
    const std::string word = typed.substr(begin, end - begin);
    begin = end + 1;
    const auto* known = std::find_if(kKeys.begin(), kKeys.end(),
                                     [&word](const KeyName& key) { return key.name == word; });
    if (known == kKeys.end()) {
      const std::string problem = word.empty() ? std::string("a key is missing")
                                  : word == "place"
                                      ? std::string("no key 'place': a place is a location")
                                      : fmt::format("no key '{}'", escape_text(word));
      return unknown_key(typed, problem);
    }
    if (std::find(keys.begin(), keys.end(), known->key) != keys.end()) {
      return unknown_key(typed, fmt::format("'{}' is there twice", word));
    }
    keys.push_back(known->key);
  }
  return keys;
}

DropTable::DropTable(std::vector<DropKey> keys, const Names& names, Counted counted)
    : keys_(std::move(keys)), names_(names), counted_(counted) {}

void DropTable::append_reason(const Event& event) {
  if (!event.has(Section::kDrop) || !event.drop.has_reason) return;
  std::string& text = reasons_[event.drop.reason];
  if (text.empty()) text = qualified_reason_text(event.drop.reason, names_);
  group_key_ += text;
}

void DropTable::append_location(const Event& event) {
  if (!event.has(Section::kDrop) || event.drop.location == 0) return;
  std::string& text = locations_[event.drop.location];
  if (text.empty()) text = escape_text(names_.symbol_text(event.drop.location));
  group_key_ += text;
}

void DropTable::append_netns(const Event& event) {
  if (!event.has(Section::kNetns)) return;
  std::string& text = netns_[{event.netns.cookie, event.netns.inum}];
  if (text.empty()) text = netns_words(event.netns, names_);
  group_key_ += text;
}

void DropTable::append_value(DropKey key, const Event& event) {
  switch (key) {
    case DropKey::kReason:
      return append_reason(event);
    case DropKey::kLocation:
      return append_location(event);
    case DropKey::kStack:
      group_key_ += stack_words(event, names_);
      return;
    case DropKey::kFlow:
      if (event.has(Section::kPacket)) group_key_ += flow_text(event.packet);
      return;
    case DropKey::kDev:
      if (event.has(Section::kDev)) group_key_ += device_words(event.dev, names_);
      return;
    case DropKey::kNetns:
      return append_netns(event);
    case DropKey::kComm:
      if (event.task.context == TaskContext::kProcess) {
        group_key_ += escape_text(event.task.comm.view());
      } else {
        ++interrupted_;
      }
      return;
    case DropKey::kProto:
      group_key_ += protocol_words(event);
      return;
    case DropKey::kCgroup:
      group_key_ += cgroup_words(event, names_);
      return;
    case DropKey::kLen:
      if (const uint32_t length = network_length(event.packet); length != 0) {
        fmt::format_to(std::back_inserter(group_key_), "{}", length);
      }
      return;
  }
}

void DropTable::add(const Event& event) {
  if (role_of(event, names_) != ProbeRole::kDropped) return;
  if (counted_ == Counted::kLosses && !is_drop(event, names_)) {
    ++not_lost_;
    return;
  }
  group_key_.clear();
  for (const DropKey key : keys_) {
    append_value(key, event);
    group_key_ += '\0';
  }
  const auto [place, is_new] = groups_.try_emplace(group_key_);
  DropGroup& group = place->second;
  if (is_new) group.first_ns = group.last_ns = event.timestamp_ns;
  if (is_new && event.has(Section::kDrop) && event.drop.has_reason) {
    group.reason = event.drop.reason;
  }
  const uint32_t length = network_length(event.packet);
  ++group.count;
  group.bytes += length;
  group.first_ns = std::min(group.first_ns, event.timestamp_ns);
  group.last_ns = std::max(group.last_ns, event.timestamp_ns);
  ++lengths_[static_cast<size_t>(std::bit_width(length))];
  ++total_;
}

std::vector<DropGroup> DropTable::groups() const {
  std::vector<DropGroup> groups;
  groups.reserve(groups_.size());
  for (const auto& [key, group] : groups_) {
    groups.push_back(group);
    groups.back().values = split_values(key);
  }
  std::sort(groups.begin(), groups.end(), [](const DropGroup& a, const DropGroup& b) {
    if (a.count != b.count) return a.count > b.count;
    if (a.first_ns != b.first_ns) return a.first_ns < b.first_ns;
    return a.values < b.values;
  });
  return groups;
}

std::vector<LengthBucket> DropTable::lengths() const {
  std::vector<LengthBucket> buckets;
  size_t last = lengths_.size();
  while (last > 0 && lengths_[last - 1] == 0) --last;
  for (size_t width = 0; width < last; ++width) {
    if (buckets.empty() && lengths_[width] == 0) continue;
    const uint64_t from = width == 0 ? 0 : uint64_t{1} << (width - 1);
    const uint64_t to = width == 0 ? 0 : (uint64_t{1} << width) - 1;
    buckets.push_back({from, to, lengths_[width]});
  }
  return buckets;
}

}  // namespace tracker
