// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/event_style.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <utility>

#include "cli/fit_columns.h"
#include "cli/text_style.h"

namespace tracker {

void add_event_style_options(CLI::App& command, EventStyle& style) {
  add_time_option(command, style.time);
  command
      .add_option("--style", style.style,
                  "print 2 or 3 lines per event, or add the budget's stacks, or 1 line")
      ->check(CLI::IsMember({"event", "stack", "line"}).description(""))
      ->type_name("event|stack|line")
      ->capture_default_str();
}

EventRenderer::EventRenderer(const EventStyle& style, OutputFormat format, int fd)
    : options_(text_options(style.time, fd)),
      terminal_(::isatty(fd) != 0 ? fd : -1),
      is_line_(style.style == "line"),
      is_json_(format == OutputFormat::kJson) {
  options_.stacks = style.style == "stack";
}

std::string EventRenderer::operator()(const Event& event, const Names& names,
                                      const Session& session, uint64_t previous_ns) const {
  if (is_json_) return render_event_json(event, names, session) + "\n";
  const auto render = is_line_ ? render_event_line : render_event_text;
  std::string text = render(event, names, session, options_, previous_ns);
  return terminal_ < 0 ? text : fit_columns(std::move(text), terminal_columns(terminal_));
}

EventPrinter::EventPrinter(const EventStyle& style, OutputFormat format, int fd, const Names& names,
                           const Session& session)
    : renderer_(style, format, fd), names_(names), session_(session) {}

std::string EventPrinter::print(const Event& event) {
  std::string text = renderer_(event, names_, session_, previous_ns_);
  previous_ns_ = event.timestamp_ns;
  return text;
}

}  // namespace tracker
