// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/sort.h"

#include <CLI/CLI.hpp>
#include <string>
#include <utility>

#include "cli/output.h"
#include "cli/selection_options.h"
#include "postprocess/journey_json.h"
#include "postprocess/journey_reader.h"
#include "postprocess/journey_text.h"

namespace tracker {
namespace {

// Writes journeys as Render (JourneyText, JourneyJson) shows them.
template <typename Render>
class RenderingSink : public JourneySink {
 public:
  RenderingSink(Render render, Output& output) : render_(std::move(render)), output_(output) {}

  Result<bool> begin(const Journey& journey) override {
    ++shown_;
    render_.begin(journey, text_);
    return true;
  }
  Result<bool> steps(std::span<const Event* const> events) override {
    render_.steps(events, text_);
    return write();
  }
  Result<bool> end(const Journey& journey) override {
    render_.end(journey, text_);
    return write();
  }
  uint64_t shown() const { return shown_; }

 private:
  Result<bool> write() {
    auto written = output_.write(text_);
    text_.clear();
    return written;
  }

  Render render_;
  Output& output_;
  std::string text_;
  uint64_t shown_ = 0;  // journeys
};

class SortCommand : public Command {
 public:
  CLI::App* add_to(CLI::App& app) override {
    CLI::App* command =
        app.add_subcommand("sort", "show one timeline per packet, ending in its verdict");
    command->add_flag("--drops", options_.only_drops, "show only dropped packets");
    add_view_options(*command, view_options_);
    command->footer(
        "Shows all events of a packet if one of them is selected.\n"
        "Examples:\n"
        "  tracker sort                      every packet of tracker.db\n"
        "  tracker sort --packet 5f01        one packet\n"
        "  tracker sort --drops -f 'host 10.1.0.2' a.db\n"
        "  tracker sort --format json | jq .verdict");
    return command;
  }

  Result<void> check() override { return view_options_.check(); }

  Result<int> run() override {
    TRY_ASSIGN(view, open_view(view_options_));
    options_.selection = view.selection;
    TRY_ASSIGN(output, Output::open(Output::lines_of(view_options_.format)));
    TRY_ASSIGN(damaged, show(view, *output));
    return finish_view_of_events(*output, view, damaged, shown_,
                                 options_.only_drops ? "dropped packet" : "packet");
  }

 private:
  Result<std::vector<DamagedBlock>> show(const View& view, Output& output) {
    const RecordingSource& source = *view.source;
    if (view_options_.format == OutputFormat::kJson) {
      RenderingSink sink(JourneyJson(source.names(), source.session()), output);
      return read(source, sink);
    }
    RenderingSink sink(JourneyText(source.names(), output.has_colour(), source.session()), output);
    return read(source, sink);
  }

  template <typename Render>
  Result<std::vector<DamagedBlock>> read(const RecordingSource& source,
                                         RenderingSink<Render>& sink) {
    auto damaged = read_journeys(source, options_, sink);
    shown_ = sink.shown();
    return damaged;
  }

  ViewOptions view_options_;
  JourneyOptions options_;
  uint64_t shown_ = 0;
};

}  // namespace

std::unique_ptr<Command> make_sort_command() { return std::make_unique<SortCommand>(); }

}  // namespace tracker
