// SPDX-License-Identifier: GPL-2.0-or-later
#include "postprocess/journey_json.h"

#include "event/event_words.h"
#include "event/json_writer.h"
#include "event/kernel_name.h"
#include "event/render.h"
#include "postprocess/place_words.h"

namespace tracker {
namespace {

void write_parents(JsonWriter& json, const Journey& journey) {
  const auto place = json.begin_known_array("parents");
  for (const Parent& parent : journey.parents) {
    json.begin_object();
    json.key("id");
    json.id(parent.packet_id);
    json.member_words("kind", parent_kind_text(parent.kind));
    json.end_object();
  }
  json.end_known(place);
}

void write_drop(JsonWriter& json, const Verdict& verdict, const Names& names) {
  const DropSection& drop = verdict.drop;
  if (drop.has_reason) {
    json.member_text("reason", names.reason_text(drop.reason));
    json.member_text("subsystem", names.subsystem_text(drop.reason));
  }
  if (drop.location != 0) json.member_text("location", names.symbol_text(drop.location));
  json.known_words("explanation", verdict.explanation);
}

void write_verdict(JsonWriter& json, const Verdict& verdict, const Names& names) {
  json.key("verdict");
  json.begin_object();
  json.member_words("outcome", outcome_text(verdict.outcome));
  if (verdict.outcome == Outcome::kDropped) write_drop(json, verdict, names);
  json.known_words("explanation", free_meaning_text(verdict.meaning));
  Event at;
  at.probe = verdict.probe;
  json.member_words("probe", probe_text(at, names));
  json.key("last_seen");
  json.begin_object();
  json.member("ts", verdict.timestamp_ns);
  json.known_words("dev", device_words(verdict.dev, names));
  json.known_words("netns", netns_words(verdict.netns, names));
  json.end_object();
  json.end_object();
}

void write_loss(JsonWriter& json, const Loss& loss) {
  json.key("loss");
  json.begin_object();
  if (loss.events != 0) {
    json.member("events", loss.events);
    json.key("cpus");
    json.begin_array();
    for (const uint16_t cpu : loss.cpus) json.number(cpu);
    json.end_array();
  }
  json.known_number("unreadable", loss.unreadable_events);
  json.end_object();
}

}  // namespace

void JourneyJson::begin(const Journey& journey, std::string& text) {
  JsonWriter json(text);
  json.begin_object();
  json.known_id("packet_id", journey.packet_id);
  write_parents(json, journey);
  json.member("first", journey.first_ns);
  json.member("last", journey.last_ns);
  json.member("duration_ns", journey.last_ns - journey.first_ns);
  if (!journey.flow.empty()) json.member_plain("flow", journey.flow);
  write_verdict(json, journey.verdict, names_);
  json.member("complete", journey.is_complete());
  if (!journey.is_complete()) write_loss(json, journey.loss);
  // Events are written as they come: a journey may have more than fit into memory.
  json.key("events");
  json.begin_array();
  is_first_step_ = true;
}

void JourneyJson::steps(std::span<const Event* const> events, std::string& text) {
  for (const Event* event : events) {
    // `text` may have been taken away since the last step
    if (!is_first_step_) text += ',';
    is_first_step_ = false;
    append_event_json(*event, names_, session_, text);
  }
}

void JourneyJson::end(const Journey& journey, std::string& text) {
  text += ']';
  if (!journey.children.empty()) {
    text += ',';
    JsonWriter json(text);
    json.key("children");
    json.begin_array();
    for (const uint64_t child : journey.children) json.id(child);
    json.end_array();
  }
  text += "}\n";
}

}  // namespace tracker
