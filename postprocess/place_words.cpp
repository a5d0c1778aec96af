// SPDX-License-Identifier: GPL-2.0-or-later
#include "postprocess/place_words.h"

#include <fmt/format.h>

#include "event/event_words.h"
#include "event/render.h"

namespace tracker {

std::string device_words(const DevSection& dev, const Names& names) {
  if (!dev.name.empty()) return escape_text(dev.name.view());
  Event event;
  event.add(Section::kDev);
  event.dev = dev;
  return device_text(event, names);
}

std::string netns_words(const NetnsSection& netns, const Names& names) {
  const auto name = names.netns_name(netns.cookie, netns.inum);
  if (name && !name->empty()) return escape_text(*name);
  if (netns.inum != 0) return fmt::format("{}", netns.inum);
  return netns.cookie == 0 ? std::string() : fmt::format("cookie {:#x}", netns.cookie);
}

}  // namespace tracker
