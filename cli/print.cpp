// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/print.h"

#include <unistd.h>

#include <CLI/CLI.hpp>

#include "cli/event_style.h"
#include "cli/output.h"
#include "cli/selection_options.h"
#include "postprocess/event_scan.h"

namespace tracker {
namespace {

class PrintCommand : public Command {
 public:
  CLI::App* add_to(CLI::App& app) override {
    CLI::App* command = app.add_subcommand("print", "print events in time order");
    add_view_options(*command, view_options_);
    add_event_style_options(*command, style_);
    command->footer(
        "Examples:\n"
        "  tracker print --since -10s            the last ten seconds\n"
        "  tracker print -f 'udp port 53' a.db   DNS packets of a.db\n"
        "  tracker print --reason 'TCP_*' --style line\n"
        "  tracker print --format json | jq .drop.reason");
    return command;
  }

  Result<void> check() override { return view_options_.check(); }

  Result<int> run() override {
    TRY_ASSIGN(view, open_view(view_options_));
    TRY_ASSIGN(output, Output::open(Output::Lines::kAsTheyAre));
    EventPrinter printer(style_, view_options_.format, STDOUT_FILENO, view.source->names(),
                         view.source->session());
    uint64_t shown = 0;
    TRY_ASSIGN(damaged, visit_in_time_order(*view.source, view.selection, [&](const Event& event) {
                 ++shown;
                 return output->write(printer.print(event));
               }));
    return finish_view_of_events(*output, view, damaged, shown, "event");
  }

 private:
  ViewOptions view_options_;
  EventStyle style_;
};

}  // namespace

std::unique_ptr<Command> make_print_command() { return std::make_unique<PrintCommand>(); }

}  // namespace tracker
