// SPDX-License-Identifier: GPL-2.0-or-later
#include "postprocess/place_words.h"

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

}  // namespace tracker
