// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/event_words.h"
#include "event/sections/render.h"

namespace tracker {

void write_netns_json(JsonWriter& json, const Event& event, const Names& names) {
  const NetnsSection& netns = event.netns;
  const auto place = json.begin_known_object("netns");
  json.known_number("inum", netns.inum);
  json.known_id("cookie", netns.cookie);
  json.known_text("name", names.netns_name(netns.cookie, netns.inum).value_or(""));
  json.end_known(place);
}

// "netns blue".
void add_netns_text(EventText& text, const Event& event, const Names& names) {
  const std::string words = netns_words(event.netns, names);
  if (!words.empty()) text.where.push_back("netns " + words);
}

}  // namespace tracker
