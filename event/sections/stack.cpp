// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/event_words.h"
#include "event/sections/render.h"

namespace tracker {

void write_stack_json(JsonWriter& json, const Event& event, const Names& names) {
  const auto place = json.begin_known_array("stack");
  for (const std::string& frame : stack_text(event, names)) json.words(frame);
  json.end_known(place);
}

void add_stack_text(EventText& text, const Event& event, const Names& names) {
  text.stack = stack_text(event, names);
}

}  // namespace tracker
