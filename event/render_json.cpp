// SPDX-License-Identifier: GPL-2.0-or-later
//
// Events as JSON (docs/events.md): what every event has here, sections by their own writers.
#include <string>
#include <string_view>

#include "event/event_words.h"
#include "event/json_writer.h"
#include "event/kernel_name.h"
#include "event/render.h"
#include "event/sections/render.h"

namespace tracker {
namespace {

void write_task(JsonWriter& json, const Task& task) {
  json.key("task");
  json.begin_object();
  json.member("pid", task.pid);
  json.member("tgid", task.tgid);
  json.known_text("comm", task.comm.view());
  json.member_plain("context", context_text(task.context));
  json.end_object();
}

void write_probe(JsonWriter& json, const Event& event, const Names& names) {
  if (event.probe >= names.probes.size()) return;
  const ProbeName& probe = names.probes[event.probe];
  const auto place = json.begin_known_object("probe");
  json.known_text("type", probe.type);
  json.known_text("symbol", probe.symbol);
  if (probe.offset) json.member("offset", *probe.offset);
  json.known_text("rung", probe.rung);
  json.end_known(place);
}

void write_parents(JsonWriter& json, const Event& event) {
  const auto place = json.begin_known_array("parents");
  for (const Parent& parent : event.parents) {
    json.begin_object();
    json.known_id("id", parent.packet_id);
    json.known_words("kind", parent_kind_text(parent.kind));
    json.end_object();
  }
  json.end_known(place);
}

std::string_view omission(MissingStack missing) {
  switch (missing) {
    case MissingStack::kNone:
      return {};
    case MissingStack::kBudget:
      return "budget";
    case MissingStack::kNoRoom:
      return "no_room";
  }
  return {};
}

}  // namespace

void append_event_json(const Event& event, const Names& names, const Session& session,
                       std::string& out) {
  JsonWriter json(out);
  json.begin_object();
  json.member("ts", event.timestamp_ns);
  if (!session.clocks.empty())
    json.member_plain("time", render_rfc3339(event.timestamp_ns, session));
  json.member("cpu", event.cpu);
  write_task(json, event.task);
  write_probe(json, event, names);
  json.known_id("packet_id", event.packet_id);
  write_parents(json, event);
  if (is_inferred(event, names)) json.member("inferred", true);
  if (event.has_return_code) json.member("return_code", event.return_code);
#define X(name, Name, bit) \
  if (event.has(Section::k##Name)) write_##name##_json(json, event, names);
  TRACKER_SECTIONS(X)
#undef X
  json.known_words("stack_omitted", omission(missing_stack(event, names, session)));
  json.end_object();
}

std::string render_event_json(const Event& event, const Names& names, const Session& session) {
  std::string text;
  append_event_json(event, names, session, text);
  return text;
}

}  // namespace tracker
