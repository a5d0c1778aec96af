// SPDX-License-Identifier: GPL-2.0-or-later
//
// How a command shows events one after the other: as text of two forms, or as JSON.
#pragma once

#include <cstdint>
#include <string>

#include "cli/selection_options.h"
#include "event/event.h"
#include "event/names.h"
#include "event/render.h"
#include "event/session.h"

namespace CLI {
class App;
}

namespace tracker {

struct EventStyle {
  std::string time = "local";   // --time
  std::string style = "event";  // --style
};

// Adds --time and --style.
void add_event_style_options(CLI::App& command, EventStyle& style);

// Events in the order in which they are shown: times and dates depend on the event before.
class EventPrinter {
 public:
  // Colour by what `fd` is. Names and session must outlive this.
  EventPrinter(const EventStyle& style, OutputFormat format, int fd, const Names& names,
               const Session& session);

  // The event as text or JSON, with its last newline.
  std::string print(const Event& event);

 private:
  RenderOptions options_;
  bool is_line_;
  bool is_json_;
  const Names& names_;
  const Session& session_;
  uint64_t previous_ns_ = 0;
};

}  // namespace tracker
