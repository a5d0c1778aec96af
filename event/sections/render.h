// SPDX-License-Identifier: GPL-2.0-or-later
//
// How each section is shown: for each of TRACKER_SECTIONS, called for events that have it,
//   void write_NAME_json(JsonWriter&, const Event&, const Names&)   the member NAME of the event
//   void add_NAME_text(EventText&, const Event&, const Names&)      its parts of the text
// What is unknown is left out of both.
#pragma once

#include "event/event.h"
#include "event/event_text.h"
#include "event/json_writer.h"
#include "event/names.h"

namespace tracker {

#define X(name, Name, bit)                                           \
  void write_##name##_json(JsonWriter&, const Event&, const Names&); \
  void add_##name##_text(EventText&, const Event&, const Names&);
TRACKER_SECTIONS(X)
#undef X

}  // namespace tracker
