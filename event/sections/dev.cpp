// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include "event/event_words.h"
#include "event/sections/render.h"

namespace tracker {
namespace {

bool is_made_up(const std::string& name, const DevSection& dev) {
  return name == fmt::format("if{}", dev.ifindex);
}

}  // namespace

void write_dev_json(JsonWriter& json, const Event& event, const Names& names) {
  const auto place = json.begin_known_object("dev");
  if (!event.dev.name.empty())
    json.member_text("name", event.dev.name.view());
  else if (const std::string name = device_text(event, names); !is_made_up(name, event.dev))
    json.known_words("name", name);
  json.known_number("ifindex", event.dev.ifindex);
  json.known_number("rx_ifindex", event.dev.rx_ifindex);
  json.end_known(place);
}

void add_dev_text(EventText& text, const Event& event, const Names& names) {
  text.device = device_text(event, names);
}

}  // namespace tracker
