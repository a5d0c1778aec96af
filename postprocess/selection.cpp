// SPDX-License-Identifier: GPL-2.0-or-later
#include "postprocess/selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "event/event_words.h"
#include "event/render.h"
#include "postprocess/time_bound.h"
#include "postprocess/wildcard.h"

namespace tracker {
namespace {

std::optional<uint64_t> parse_number(std::string_view text, int base) {
  uint64_t value = 0;
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value, base);
  if (text.empty() || error != std::errc{} || end != last) return std::nullopt;
  return value;
}

// "5f01", "#5f01", "0x5f01".
std::optional<uint64_t> parse_packet_id(std::string_view text) {
  if (text.starts_with('#')) {
    text.remove_prefix(1);
  } else if (text.starts_with("0x") || text.starts_with("0X")) {
    text.remove_prefix(2);
  }
  return parse_number(text, 16);
}

// Digits are an inum or a cookie; 0x and hexadecimal digits a cookie, as JSON shows it.
std::optional<uint64_t> parse_netns_number(std::string_view text) {
  if (text.starts_with("0x")) return parse_number(text.substr(2), 16);
  return parse_number(text, 10);
}

// No option can mean an empty name; what cannot match anything was a slip.
Result<void> check_not_empty(const std::string& option, const std::vector<std::string>& typed,
                             const std::string& forms) {
  const bool has_empty =
      std::any_of(typed.begin(), typed.end(), [](const std::string& text) { return text.empty(); });
  if (has_empty) return wrong_usage(fmt::format("{} is empty; give {}", option, forms));
  return {};
}

template <typename T>
bool contains(const std::vector<T>& values, const T& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

}  // namespace

uint64_t recording_end(const Session& session, const std::vector<BlockInfo>& blocks) {
  if (session.end_ns != 0) return session.end_ns;
  uint64_t last_ns = session.start_ns;
  for (const BlockInfo& block : blocks) last_ns = std::max(last_ns, block.last_ns);
  return last_ns;
}

Selection::Reasons::Reasons(std::vector<std::string> patterns, const Names& names)
    : patterns_(std::move(patterns)) {
  if (patterns_.empty()) return;
  for (const auto& [code, name] : names.reasons) decided_[code] = match_code(code, names);
}

// By the name alone and with its subsystem: "NO_SOCKET", "core:NO_SOCKET". What has no name is
// called "core:0x1f2" by itself.
bool Selection::Reasons::match_code(uint32_t code, const Names& names) const {
  const std::string name = names.reason_text(code);
  if (matches_any(patterns_, name, LetterCase::kIgnored)) return true;
  const std::string qualified = names.subsystem_text(code) + ":" + name;
  return matches_any(patterns_, qualified, LetterCase::kIgnored);
}

bool Selection::Reasons::match(const Event& event, const Names& names) const {
  if (!event.has(Section::kDrop) || !event.drop.has_reason) return false;
  const auto decided = decided_.find(event.drop.reason);
  return decided != decided_.end() ? decided->second : match_code(event.drop.reason, names);
}

Result<void> Selection::add_packets(const std::vector<std::string>& typed) {
  for (const std::string& text : typed) {
    const auto id = parse_packet_id(text);
    if (!id || *id == 0) {
      return wrong_usage(
          fmt::format("--packet '{}' is not a packet id; give it as it is shown: "
                      "5f01, '#5f01' or 0x5f01",
                      escape_text(text)));
    }
    packets_.push_back(*id);
  }
  return {};
}

Result<void> Selection::add_netns(const std::vector<std::string>& typed) {
  TRY(check_not_empty("--netns", typed, "a name, an inum (digits) or a path"));
  netns_.is_given = !typed.empty();
  for (const std::string& text : typed) {
    if (const auto number = parse_netns_number(text)) netns_.numbers.push_back(*number);
    const std::vector<std::string> name{text.substr(text.rfind('/') + 1)};
    if (name.front().empty()) {
      return wrong_usage(
          fmt::format("--netns '{}' ends in a slash; give a name, an inum (digits) "
                      "or a path such as /run/netns/blue",
                      escape_text(text)));
    }
    for (const NetnsName& netns : names_->netns) {
      if (netns.name.empty() || !matches_any(name, netns.name)) continue;
      if (netns.cookie != 0) {
        netns_.cookies.push_back(netns.cookie);
      } else {
        netns_.inums.push_back(netns.inum);
      }
    }
  }
  return {};
}

Result<void> Selection::add_probes(const std::vector<std::string>& typed) {
  TRY(check_not_empty("--probe", typed, "a target such as tp:skb:kfree_skb or 'tp:net:*'"));
  if (typed.empty()) return {};
  probes_.emplace();
  for (const ProbeName& probe : names_->probes) {
    probes_->push_back(matches_any(typed, probe.target()));
  }
  return {};
}

Result<Selection> Selection::compile(const SelectionOptions& options, const Session& session,
                                     const Names& names, uint64_t end_ns) {
  Selection selection;
  if (options == SelectionOptions{}) return selection;
  selection.names_ = &names;
  if (!options.filter.empty()) {
    TRY_ASSIGN(filter, PacketFilter::compile(options.filter));
    selection.filter_ = std::move(filter);
    selection.blindness_ = std::make_shared<FilterBlindness>();
  }
  TRY(check_not_empty("--reason", options.reasons, "a name such as NO_SOCKET or 'TCP_*'"));
  TRY(check_not_empty("--not-reason", options.not_reasons, "a name such as NO_SOCKET or 'TCP_*'"));
  TRY(check_not_empty("--dev", options.devices, "an interface's name such as eth0 or 'veth*'"));
  selection.reasons_ = Reasons(options.reasons, names);
  selection.not_reasons_ = Reasons(options.not_reasons, names);
  selection.devices_ = options.devices;
  TRY(selection.add_packets(options.packets));
  TRY(selection.add_netns(options.netns));
  TRY(selection.add_probes(options.probes));
  if (!options.since.empty()) {
    TRY_ASSIGN(since, parse_time_bound("--since", options.since, session, end_ns));
    selection.since_ns_ = since;
  }
  if (!options.until.empty()) {
    TRY_ASSIGN(until, parse_time_bound("--until", options.until, session, end_ns));
    selection.until_ns_ = until;
  }
  return selection;
}

bool Selection::matches_netns(const Event& event) const {
  if (!event.has(Section::kNetns)) return false;
  const NetnsSection& netns = event.netns;
  if (netns.inum != 0 && contains<uint64_t>(netns_.numbers, netns.inum)) return true;
  if (netns.cookie == 0) return contains(netns_.inums, netns.inum);
  return contains(netns_.numbers, netns.cookie) || contains(netns_.cookies, netns.cookie);
}

// A name can hold what wildcards and escapes are made of: it is also found as it is, and as it is
// shown.
bool Selection::is_named_device(const std::string& name) const {
  if (matches_any(devices_, name) || std::ranges::find(devices_, name) != devices_.end())
    return true;
  const auto has_escape = [](const std::string& typed) {
    return typed.find('\\') != std::string::npos;
  };
  return std::ranges::any_of(devices_, has_escape) &&
         std::ranges::find(devices_, escape_text(name)) != devices_.end();
}

bool Selection::matches_device(const Event& event) const {
  if (!event.has(Section::kDev)) return false;
  if (!event.dev.name.empty()) return is_named_device(std::string(event.dev.name.view()));
  const std::string name = device_text(event, *names_);
  return !name.empty() && is_named_device(name);
}

bool Selection::wants(const Event& event) const {
  if (names_ == nullptr) return true;
  if (event.timestamp_ns < since_ns_ || event.timestamp_ns > until_ns_) return false;
  if (!packets_.empty() && !contains(packets_, event.packet_id)) return false;
  if (probes_ && (event.probe >= probes_->size() || !(*probes_)[event.probe])) return false;
  if (!reasons_.empty() && !reasons_.match(event, *names_)) return false;
  if (netns_.is_given && !matches_netns(event)) return false;
  if (!devices_.empty() && !matches_device(event)) return false;
  return !filter_ || matches_filter(event);
}

bool Selection::matches_filter(const Event& event) const {
  if (!event.has(Section::kPacket)) return false;
  const bool matched = filter_->matches(event.packet);
  const PacketFilter::Obstacle obstacle = filter_->obstacle(event.packet, matched);
  if (obstacle == PacketFilter::Obstacle::kNone) return matched;
  FilterBlindness::Count& count = obstacle == PacketFilter::Obstacle::kVlanTag
                                      ? blindness_->vlan_tags
                                      : blindness_->extension_headers;
  if (!matched && count.missed == 0) count.missed_example = event.packet;
  ++(matched ? count.matched : count.missed);
  return matched;
}

bool Selection::rejects(const Event& event) const {
  return !not_reasons_.empty() && not_reasons_.match(event, *names_);
}

}  // namespace tracker
