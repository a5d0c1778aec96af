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

// An event as text or JSON, with its last newline. Times and dates depend on when the event that is
// shown before it was; 0: none is.
class EventRenderer {
 public:
  // Colour, and how long lines are, by what `fd` is; it stays the caller's.
  EventRenderer(const EventStyle& style, OutputFormat format, int fd);

  std::string operator()(const Event& event, const Names& names, const Session& session,
                         uint64_t previous_ns) const;

 private:
  RenderOptions options_;
  int terminal_;  // -1: the output is none
  bool is_line_;
  bool is_json_;
};

// Events of one recording in the order in which they are shown.
class EventPrinter {
 public:
  // Colour, and how long lines are, by what `fd` is. Names and session must outlive this.
  EventPrinter(const EventStyle& style, OutputFormat format, int fd, const Names& names,
               const Session& session);

  // The event as text or JSON, with its last newline.
  std::string print(const Event& event);

 private:
  EventRenderer renderer_;
  const Names& names_;
  const Session& session_;
  uint64_t previous_ns_ = 0;
};

}  // namespace tracker
