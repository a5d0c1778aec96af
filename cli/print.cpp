// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/print.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <string>

#include "cli/output.h"
#include "cli/selection_options.h"
#include "cli/text_style.h"
#include "event/render.h"
#include "postprocess/event_scan.h"

namespace tracker {
namespace {

class PrintCommand : public Command {
 public:
  CLI::App* add_to(CLI::App& app) override {
    CLI::App* command = app.add_subcommand("print", "events in time order");
    add_view_options(*command, view_options_);
    add_time_option(*command, time_);
    command
        ->add_option_function<std::string>(
            "--style", [this](const std::string& name) { is_line_ = name == "line"; },
            "all that is known of an event (default), or one line each")
        ->check(CLI::IsMember({"event", "line"}).description(""))
        ->type_name("event|line");
    command->footer(
        "Examples:\n"
        "  tracker print --since -10s            the last ten seconds\n"
        "  tracker print -f 'udp port 53' a.db   DNS packets of a.db\n"
        "  tracker print --reason 'TCP_*' --style line\n"
        "  tracker print --format json | jq .drop.reason");
    return command;
  }

  Result<int> run() override {
    TRY_ASSIGN(view, open_view(view_options_));
    TRY_ASSIGN(output, Output::open());
    const Names& names = view.source->names();
    const Session& session = view.source->session();
    const RenderOptions render = text_options(time_, STDOUT_FILENO);
    uint64_t previous_ns = 0;
    TRY_ASSIGN(damaged, visit_in_time_order(*view.source, view.selection, [&](const Event& event) {
                 if (view_options_.format == OutputFormat::kJson) {
                   return output->write(render_event_json(event, names, session) + "\n");
                 }
                 const auto render_event = is_line_ ? render_event_line : render_event_text;
                 const std::string text = render_event(event, names, session, render, previous_ns);
                 previous_ns = event.timestamp_ns;
                 return output->write(text);
               }));
    return finish_view(*output, view, damaged);
  }

 private:
  ViewOptions view_options_;
  std::string time_ = "local";
  bool is_line_ = false;
};

}  // namespace

std::unique_ptr<Command> make_print_command() { return std::make_unique<PrintCommand>(); }

}  // namespace tracker
