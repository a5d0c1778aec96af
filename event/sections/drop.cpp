// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/event_words.h"
#include "event/free_meaning.h"
#include "event/sections/render.h"

namespace tracker {
namespace {

// A function may be before the free, after it, or where nothing is dropped.
bool is_only_told_a_reason(const Event& event, const Names& names) {
  return event.probe < names.probes.size() && names.probes[event.probe].role != ProbeRole::kDropped;
}

}  // namespace

// "drop" of what was freed, "drop_reason" of a function that was given one.
void write_drop_json(JsonWriter& json, const Event& event, const Names& names) {
  const DropSection& drop = event.drop;
  const bool is_free = !is_only_told_a_reason(event, names);
  const auto place = json.begin_known_object(is_free ? "drop" : "drop_reason");
  if (drop.has_reason) {
    json.member_text("reason", names.reason_text(drop.reason));
    json.member("code", drop.reason);
    json.member_text("subsystem", names.subsystem_text(drop.reason));
  }
  if (is_free && drop.location != 0) json.member_text("location", names.symbol_text(drop.location));
  json.end_known(place);
}

// "DROP NO_SOCKET at tcp_v6_rcv+0x77"; "FREED ..." of what is no loss; "reason
// NO_SOCKET" of a function that was given one.
void add_drop_text(EventText& text, const Event& event, const Names& names) {
  if (is_only_told_a_reason(event, names)) {
    if (event.drop.has_reason)
      text.where.push_back("reason " + qualified_reason_text(event.drop.reason, names));
    return;
  }
  text.drop = free_meaning(event, names) == FreeMeaning::kLoss ? "DROP" : "FREED";
  if (event.drop.has_reason) text.drop += " " + qualified_reason_text(event.drop.reason, names);
  if (event.drop.location != 0)
    text.drop += " at " + escape_text(names.symbol_text(event.drop.location));
}

}  // namespace tracker
