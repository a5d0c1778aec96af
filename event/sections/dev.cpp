// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include "event/event_words.h"
#include "event/sections/render.h"

namespace tracker {

void write_dev_json(JsonWriter& json, const Event& event, const Names& names) {
  const auto place = json.begin_known_object("dev");
  const std::string name = device_text(event, names);
  const bool is_made_up = event.dev.name.empty() && name == fmt::format("if{}", event.dev.ifindex);
  if (!is_made_up) json.known_words("name", name);
  json.known_number("ifindex", event.dev.ifindex);
  json.known_number("rx_ifindex", event.dev.rx_ifindex);
  json.end_known(place);
}

void add_dev_text(EventText& text, const Event& event, const Names& names) {
  text.device = device_text(event, names);
}

}  // namespace tracker
