// SPDX-License-Identifier: GPL-2.0-or-later
#include "postprocess/journey_json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "event/event_words.h"
#include "event/kernel_name.h"
#include "event/render.h"
#include "postprocess/place_words.h"

namespace tracker {
namespace {

using Json = nlohmann::ordered_json;

void set(Json& json, const char* key, std::string text) {
  if (!text.empty()) json[key] = std::move(text);
}

std::string id_text(uint64_t id) { return fmt::format("{:#x}", id); }

Json parents_json(const Journey& journey) {
  Json parents = Json::array();
  for (const Parent& parent : journey.parents) {
    parents.push_back({{"id", id_text(parent.packet_id)}, {"kind", parent_kind_text(parent.kind)}});
  }
  return parents;
}

Json verdict_json(const Verdict& verdict, const Names& names) {
  Json json{{"outcome", outcome_text(verdict.outcome)}};
  if (verdict.outcome == Outcome::kDropped) {
    if (verdict.drop.has_reason) {
      json["reason"] = escape_text(names.reason_text(verdict.drop.reason));
      json["subsystem"] = escape_text(names.subsystem_text(verdict.drop.reason));
    }
    if (verdict.drop.location != 0) {
      json["location"] = escape_text(names.symbol_text(verdict.drop.location));
    }
  }
  Event at;
  at.probe = verdict.probe;
  json["probe"] = probe_text(at, names);
  Json place{{"ts", verdict.timestamp_ns}};
  set(place, "dev", device_words(verdict.dev, names));
  set(place, "netns", netns_words(verdict.netns, names));
  json["last_seen"] = std::move(place);
  return json;
}

Json loss_json(const Loss& loss) {
  Json json = Json::object();
  if (loss.events != 0) {
    json["events"] = loss.events;
    json["cpus"] = loss.cpus;
  }
  if (loss.unreadable_events != 0) json["unreadable"] = loss.unreadable_events;
  return json;
}

}  // namespace

void JourneyJson::begin(const Journey& journey, std::string& text) {
  Json json = Json::object();
  if (journey.packet_id != 0) json["packet_id"] = id_text(journey.packet_id);
  if (!journey.parents.empty()) json["parents"] = parents_json(journey);
  json["first"] = journey.first_ns;
  json["last"] = journey.last_ns;
  json["duration_ns"] = journey.last_ns - journey.first_ns;
  set(json, "flow", journey.flow);
  json["verdict"] = verdict_json(journey.verdict, names_);
  json["complete"] = journey.is_complete();
  if (!journey.is_complete()) json["loss"] = loss_json(journey.loss);
  // Events are written as they come: a journey may have more than fit into memory.
  std::string head = json.dump();
  head.pop_back();
  text += head + ",\"events\":[";
  is_first_step_ = true;
}

void JourneyJson::steps(std::span<const Event* const> events, std::string& text) {
  for (const Event* event : events) {
    if (!is_first_step_) text += ",";
    is_first_step_ = false;
    text += render_event_json(*event, names_, session_);
  }
}

void JourneyJson::end(const Journey& journey, std::string& text) {
  text += "]";
  if (!journey.children.empty()) {
    Json children = Json::array();
    for (const uint64_t child : journey.children) children.push_back(id_text(child));
    text += ",\"children\":" + children.dump();
  }
  text += "}\n";
}

}  // namespace tracker
