// SPDX-License-Identifier: GPL-2.0-or-later
//
// docs/events.md against what render_event_json() writes: every field is documented with its type,
// every documented field can occur, and the rules for all fields hold, over events at random.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <sstream>

#include "event/render.h"
#include "tests/unit/event_sample.h"

namespace tracker::testing {
namespace {

using Json = nlohmann::json;

std::string document() {
  const auto path = std::filesystem::path(__FILE__).parent_path() / "../../docs/events.md";
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Field paths and their types: rows like | `task.pid` | number | ... |
std::map<std::string, std::string> documented_fields() {
  std::istringstream lines(document());
  std::map<std::string, std::string> fields;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("| `")) continue;
    const size_t path_end = line.find("` | ");
    const size_t type_end = line.find(" | ", path_end + 4);
    fields[line.substr(3, path_end - 3)] = line.substr(path_end + 4, type_end - path_end - 4);
  }
  return fields;
}

std::string type_of(const Json& value) {
  return value.is_boolean() ? "bool" : std::string(value.type_name());
}

using Fields = std::map<std::string, std::set<std::string>>;

// All paths in `value` with their types; what a tunnel carries has the fields of the packet.
void collect(const Json& value, const std::string& path, Fields& fields) {
  if (!path.empty()) fields[path].insert(type_of(value));
  if (value.is_object()) {
    for (const auto& [key, member] : value.items()) {
      std::string member_path = path == "packet.inner" ? "packet" : path;
      if (!member_path.empty()) member_path += ".";
      collect(member, member_path.append(key), fields);
    }
  } else if (value.is_array()) {
    for (const Json& element : value) collect(element, path + "[]", fields);
  }
}

// No null and nothing empty, at any depth; the top is checked by its members.
bool has_only_known(const Json& value) {
  if (value.is_null()) return false;
  if (value.is_string()) return !value.get_ref<const std::string&>().empty();
  if (!value.is_structured()) return true;
  if (value.empty()) return false;
  return std::all_of(value.begin(), value.end(), has_only_known);
}

class RandomEvents {
 public:
  Event next() {
    Event event = sample_drop();
    event.timestamp_ns = number();
    event.packet_id = maybe();
    event.cpu = static_cast<uint16_t>(random_());
    event.probe = static_cast<uint16_t>(random_() % 6);
    event.sections = static_cast<uint32_t>(random_()) & kAllSections;
    event.has_return_code = coin();
    event.return_code = static_cast<int32_t>(random_());
    event.task = {small(), small(), name(), static_cast<TaskContext>(random_() % 4)};
    event.parents.assign(random_() % 3, {maybe(), static_cast<ParentKind>(random_() % 7)});
    event.skb.address = maybe();
    event.skb.head = maybe();
    event.skb.hash = small();
    event.skb.vlan_proto = coin() ? 0x8100 : 0;
    event.skb.pkt_type = static_cast<uint8_t>(random_() % 12);
    event.packet = packet();
    event.dev = {small(), small(), name()};
    event.netns = {coin() ? 4026531840U : small(), coin() ? 1 : maybe()};
    event.drop = {coin() ? kOvsLastAction : static_cast<uint32_t>(random_()), coin(),
                  coin() ? kPlace : maybe()};
    event.sock = {maybe(),
                  static_cast<uint16_t>(random_() % 50),
                  small16(),
                  static_cast<uint16_t>(random_() % 300),
                  static_cast<uint8_t>(random_() % 20),
                  coin(),
                  small(),
                  small()};
    event.stack.index = static_cast<uint32_t>(random_() % 3);
    event.cgroup.id = coin() ? kCgroup : maybe();
    return event;
  }

 private:
  bool coin() { return random_() % 2 == 0; }
  uint64_t number() { return static_cast<uint64_t>(random_()) << 32 | random_(); }
  uint64_t maybe() { return coin() ? 0 : number(); }
  uint32_t small() { return static_cast<uint32_t>(random_() % 4); }
  uint16_t small16() { return static_cast<uint16_t>(random_() % 12); }
  FixedName name() {
    std::string text;
    for (uint64_t i = random_() % 16; i > 0; --i) text += static_cast<char>(random_());
    return FixedName(text);
  }
  PacketSection packet() {
    PacketSection section = section_of(kFrames[random_() % kFrames.size()]);
    if (coin()) section.bytes[random_() % section.bytes.size()] = static_cast<uint8_t>(random_());
    if (random_() % 4 == 0) section.bytes.resize(random_() % section.bytes.size());
    if (random_() % 8 != 0) return section;
    section = PacketSection{};
    section.socket.family = coin() ? AF_INET : static_cast<uint8_t>(random_());
    section.socket.protocol = static_cast<uint8_t>(random_());
    section.socket.source_port = small16();
    section.socket.dest_port = small16();
    return section;
  }

  std::mt19937 random_{20261121};
};

constexpr int kEvents = 5000;

TEST(EventSchema, VersionIsThatOfTheDocument) {
  EXPECT_NE(document().find("Schema version: " + std::to_string(kEventSchemaVersion) + "\n"),
            std::string::npos);
}

TEST(EventSchema, DocumentsEveryFieldWithItsType) {
  const std::map<std::string, std::string> documented = documented_fields();
  ASSERT_GT(documented.size(), 100U);
  RandomEvents events;
  Fields seen;
  Session session = sample_session();
  session.stacks = {8, 10};
  Names names = sample_names();
  names.probes[3].rung = "kprobe";
  names.probes[5].role = ProbeRole::kInferred;
  for (int i = 0; i < kEvents; ++i) {
    collect(Json::parse(render_event_json(events.next(), names, session)), "", seen);
  }
  for (const auto& [path, types] : seen) {
    const bool is_list_of_objects = types.count("object") != 0 && path.ends_with("[]");
    if (is_list_of_objects) continue;  // its members are documented
    ASSERT_TRUE(documented.contains(path)) << path << " is not documented";
    EXPECT_EQ(types, std::set<std::string>{documented.at(path)}) << path;
  }
  for (const auto& [path, type] : documented) {
    EXPECT_TRUE(seen.contains(path)) << path << " is documented but never written";
  }
}

TEST(EventSchema, LeavesOutWhatIsUnknown) {
  RandomEvents events;
  for (int i = 0; i < kEvents; ++i) {
    const std::string text = render_event_json(events.next(), Names{}, Session{});
    ASSERT_TRUE(has_only_known(Json::parse(text))) << text;
  }
}

TEST(EventSchema, WritesIdsAndAddressesAsText) {
  const std::set<std::string> ids{"packet_id", "parents[].id", "skb.addr",
                                  "skb.head",  "netns.cookie", "sock.cookie"};
  const std::map<std::string, std::string> documented = documented_fields();
  for (const std::string& id : ids) EXPECT_EQ(documented.at(id), "string") << id;
  RandomEvents events;
  for (int i = 0; i < kEvents; ++i) {
    const Json json =
        Json::parse(render_event_json(events.next(), sample_names(), sample_session()));
    for (const char* pointer : {"/packet_id", "/parents/0/id", "/skb/addr", "/skb/head",
                                "/netns/cookie", "/sock/cookie"}) {
      const Json::json_pointer at(pointer);
      if (!json.contains(at)) continue;
      const std::string id = json[at].get<std::string>();
      ASSERT_TRUE(id.starts_with("0x")) << pointer;
      ASSERT_EQ(id.find_first_not_of("0123456789abcdef", 2), std::string::npos) << pointer;
    }
  }
}

TEST(EventSchema, EveryEventIsOneLine) {
  RandomEvents events;
  for (int i = 0; i < kEvents; ++i) {
    const std::string text = render_event_json(events.next(), sample_names(), sample_session());
    ASSERT_EQ(text.find('\n'), std::string::npos);
    ASSERT_EQ(escape_text(text), text) << "safe on a terminal";
  }
}

}  // namespace
}  // namespace tracker::testing
