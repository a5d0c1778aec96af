// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/stats.h"

#include <CLI/CLI.hpp>
#include <vector>

#include "cli/output.h"
#include "cli/selection_options.h"
#include "postprocess/stats.h"
#include "storage/info.h"

namespace tracker {
namespace {

class StatsCommand : public Command {
 public:
  CLI::App* add_to(CLI::App& app) override {
    CLI::App* command =
        app.add_subcommand("stats", "show probes, rates, losses and sizes of a recording");
    add_view_options(*command, view_options_);
    command->add_flag("--all", all_, "list also probes that saw no hit, however many");
    command->footer(
        "A selection adds the counts of the selected events.\n"
        "Examples:\n"
        "  tracker stats                    of tracker.db\n"
        "  tracker stats --netns blue a.db  and how many events are of that namespace\n"
        "  tracker stats --format json | jq .totals.lost");
    return command;
  }

  Result<void> check() override { return view_options_.check(); }

  Result<int> run() override {
    TRY_ASSIGN(view, open_view(view_options_));
    TRY_ASSIGN(info, read_info(view_options_.path));
    TRY_ASSIGN(output, Output::open(Output::lines_of(view_options_.format)));
    std::vector<DamagedBlock> damaged;
    const Stats stats = make_stats(*view.source, view_options_.path,
                                   info.size_bytes + info.wal_bytes, view.selection, damaged);
    const Session& session = view.source->session();
    const bool is_json = view_options_.format == OutputFormat::kJson;
    TRY(output->write(is_json ? render_stats_json(stats, session)
                              : render_stats_text(stats, session, all_)));
    TRY(output->close());
    return finish_view(view, damaged, (stats.selected ? *stats.selected : stats.events).events,
                       "event");
  }

 private:
  ViewOptions view_options_;
  bool all_ = false;
};

}  // namespace

std::unique_ptr<Command> make_stats_command() { return std::make_unique<StatsCommand>(); }

}  // namespace tracker
