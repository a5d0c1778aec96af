// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/event_style.h"

#include <CLI/CLI.hpp>

#include "cli/text_style.h"

namespace tracker {

void add_event_style_options(CLI::App& command, EventStyle& style) {
  add_time_option(command, style.time);
  command
      .add_option_function<std::string>(
          "--style", [&style](const std::string& name) { style.is_line = name == "line"; },
          "all that is known of an event (default), or one line each")
      ->check(CLI::IsMember({"event", "line"}).description(""))
      ->type_name("event|line");
}

EventPrinter::EventPrinter(const EventStyle& style, OutputFormat format, int fd, const Names& names,
                           const Session& session)
    : options_(text_options(style.time, fd)),
      is_line_(style.is_line),
      is_json_(format == OutputFormat::kJson),
      names_(names),
      session_(session) {}

std::string EventPrinter::print(const Event& event) {
  if (is_json_) return render_event_json(event, names_, session_) + "\n";
  const auto render = is_line_ ? render_event_line : render_event_text;
  std::string text = render(event, names_, session_, options_, previous_ns_);
  previous_ns_ = event.timestamp_ns;
  return text;
}

}  // namespace tracker
