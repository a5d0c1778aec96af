// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/replay.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <string>

#include "cli/event_style.h"
#include "cli/replay_output.h"
#include "cli/selection_options.h"
#include "postprocess/event_scan.h"
#include "postprocess/pace.h"

namespace tracker {
namespace {

class ReplayCommand : public Command {
 public:
  CLI::App* add_to(CLI::App& app) override {
    CLI::App* command = app.add_subcommand("replay", "replay recorded events in real time");
    add_view_options(*command, view_options_);
    add_event_style_options(*command, style_);
    command->add_option("--speed", speed_, "replay N times as fast, or max for no waiting")
        ->type_name("N|max")
        ->capture_default_str();
    command->footer(
        "Prints the first selected event at once, and the others in their original intervals.\n"
        "Ends after the last one, or on Ctrl-C.\n"
        "Examples:\n"
        "  tracker replay                              tracker.db as it happened\n"
        "  tracker replay --speed 10 a.db              ten times as fast\n"
        "  tracker replay --since 09:13:55 --until 09:14:10 --netns blue\n"
        "  tracker replay --speed 0.1 --reason 'TCP_*' --style line\n"
        "  tracker replay --speed max --format json    what print prints");
    return command;
  }

  Result<void> check() override {
    TRY(parse_speed(speed_));
    return view_options_.check();
  }

  Result<int> run() override {
    TRY_ASSIGN(speed, parse_speed(speed_));
    TRY_ASSIGN(view, open_view(view_options_));
    TRY_ASSIGN(output, ReplayOutput::open(STDOUT_FILENO));
    EventPrinter printer(style_, view_options_.format, STDOUT_FILENO, view.source->names(),
                         view.source->session());
    uint64_t shown = 0;
    Pace pace(*output, speed, [&output] { return output->flush(); });
    TRY_ASSIGN(damaged, visit_in_time_order(
                            *view.source, view.selection, [&](const Event& event) -> Result<bool> {
                              TRY_ASSIGN(wants_more, pace.wait_for(event.timestamp_ns));
                              if (!wants_more) return false;
                              ++shown;
                              return output->write(printer.print(event));
                            }));
    TRY_ASSIGN(is_read, output->flush());
    return finish_view_of_events(is_read ? Reader::kStayed : Reader::kGone, view, damaged, shown,
                                 "event");
  }

 private:
  ViewOptions view_options_;
  EventStyle style_;
  std::string speed_ = "1";
};

}  // namespace

std::unique_ptr<Command> make_replay_command() { return std::make_unique<ReplayCommand>(); }

}  // namespace tracker
