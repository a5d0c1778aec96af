// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/event.h"

#include <utility>

namespace tracker {

void reset(Event& event) {
  std::vector<uint8_t> bytes = std::move(event.packet.bytes);
  std::vector<Parent> parents = std::move(event.parents);
  event = Event{};
  bytes.clear();
  parents.clear();
  event.packet.bytes = std::move(bytes);
  event.parents = std::move(parents);
}

}  // namespace tracker
