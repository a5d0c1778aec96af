// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/drops.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <string>

#include "base/say.h"
#include "cli/output.h"
#include "cli/selection_options.h"
#include "postprocess/drops.h"
#include "postprocess/drops_render.h"
#include "postprocess/event_scan.h"

namespace tracker {
namespace {

std::string not_lost_text(uint64_t count) {
  return fmt::format(
      "tracker: {} free{} that lost no packet {} left out (copies of captures, parts of packets, "
      "messages that were handled); --all counts {}\n",
      count, count == 1 ? "" : "s", count == 1 ? "is" : "are", count == 1 ? "it" : "them");
}

class DropsCommand : public Command {
 public:
  CLI::App* add_to(CLI::App& app) override {
    CLI::App* command = app.add_subcommand("drops", "count drops");
    by_option_ =
        command
            ->add_option(
                "--by", by_,
                "group by any of reason,location,stack,flow,dev,netns,comm,proto,cgroup,len")
            ->type_name("KEY,...")
            ->join(',')  // what a profile has as a list
            ->capture_default_str();
    command->add_option("--hist", histogram_, "show a histogram of len instead")
        ->check(CLI::IsMember({"len"}).description(""))
        ->type_name("len");
    command->add_flag("--all", counts_all_,
                      "also count frees that lost no packet (copies of captures, ...)");
    add_view_options(*command, view_options_);
    command->footer(
        "Examples:\n"
        "  tracker drops                         by reason and place\n"
        "  tracker drops --by flow,reason a.db   who loses packets\n"
        "  tracker drops --hist len --reason PKT_TOO_BIG\n"
        "  tracker drops --since -5m --format json");
    return command;
  }

  Result<void> check() override {
    TRY(parse_drop_keys(by_));
    if (!histogram_.empty() && by_option_->count() > 0)
      return wrong_usage("--hist counts lengths and --by counts groups: leave one of them out");
    return view_options_.check();
  }

  Result<int> run() override {
    TRY_ASSIGN(keys, parse_drop_keys(by_));
    TRY_ASSIGN(view, open_view(view_options_));
    TRY_ASSIGN(output, Output::open(Output::lines_of(view_options_.format)));
    DropTable table(keys, view.source->names(),
                    counts_all_ ? DropTable::Counted::kAllFrees : DropTable::Counted::kLosses);
    const auto damaged = visit_in_file_order(*view.source, view.selection,
                                             [&table](const Event& event) { table.add(event); });
    if (table.total() != 0)
      TRY(output->write(show(table, view.source->session(), output->columns())));
    if (table.not_lost() != 0) say(not_lost_text(table.not_lost()));
    return finish_view_of_events(*output, view, damaged, table.total(), "drop");
  }

 private:
  std::string show(const DropTable& table, const Session& session, size_t columns) const {
    const bool is_json = view_options_.format == OutputFormat::kJson;
    if (!histogram_.empty()) {
      return is_json ? render_lengths_json(table) : render_lengths_text(table);
    }
    return is_json ? render_drops_json(table) : render_drops_text(table, session, columns);
  }

  ViewOptions view_options_;
  std::string by_ = "reason,location";
  bool counts_all_ = false;
  std::string histogram_;
  const CLI::Option* by_option_ = nullptr;
};

}  // namespace

std::unique_ptr<Command> make_drops_command() { return std::make_unique<DropsCommand>(); }

}  // namespace tracker
