// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/collect.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "base/say.h"
#include "cli/attach_progress.h"
#include "cli/collect_summary.h"
#include "cli/event_style.h"
#include "cli/fit_columns.h"
#include "cli/live_printer.h"
#include "cli/open_files.h"
#include "cli/size_argument.h"
#include "cli/status_output.h"
#include "collector/collection.h"
#include "collector/drop_tally.h"
#include "collector/netns_argument.h"
#include "collector/probe_plan.h"
#include "event/not_attached.h"
#include "event/render.h"
#include "probes/probe_kind.h"

namespace tracker {

namespace {

constexpr uint64_t kRingMin = 4096, kRingMax = 1U << 30;
constexpr uint64_t kMaxSizeMin = 1U
                                 << 20;  // an empty recording with the kernel's names has 0.1 MiB
constexpr uint32_t kTrackMax = 1U << 24;
constexpr uint32_t kStackBudgetMax = 1'000'000'000;
constexpr double kDurationMax = 1e9;  // seconds; in nanoseconds it still fits 64 bits

struct CollectArguments {
  CollectOptions options;
  std::string output = "tracker.db";
  bool no_record = false;
  bool quiet = false;
  bool fail_on_loss = false;
  std::optional<std::string> ring_size;
  std::optional<std::string> max_size;
  OutputFormat format = OutputFormat::kText;
  EventStyle style;
};

std::string join_arguments() {
  std::string line;
  FILE* file = std::fopen("/proc/self/cmdline", "re");
  if (!file) return line;
  for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file))
    line += c ? static_cast<char>(c) : ' ';
  std::fclose(file);
  if (!line.empty()) line.pop_back();
  return line;
}

void print_attached(const Session& session, StatusOutput& status) {
  size_t attached = 0;
  for (const ProbeAttachment& attachment : session.attachments) attached += attachment.attached;
  for (const NotAttached& row : not_attached(session.attachments))
    status.note(fmt::format("not attached: {}: {}", row.probes, row.problem));
  for (const CompanionProbe& companion : session.companions) {
    if (!companion.problem.empty())
      status.note(fmt::format(
          "{} was not attached, so one packet may show as several, or as unattributed: {}",
          companion.target, escape_text(companion.problem)));
  }
  status.note(fmt::format("attached {} of {} probes", attached, session.attachments.size()));
}

std::string progress_line(const CollectProgress& progress) {
  return fmt::format("{:.0f} s  {} events  {:.0f}/s  lost {}  {:.1f} MB",
                     static_cast<double>(progress.elapsed_ns) / 1e9, progress.events,
                     progress.events_per_second, progress.lost,
                     static_cast<double>(progress.recording_bytes) / 1e6);
}

// CLI::PositiveNumber names the largest double in its sentence.
std::string above_zero(const std::string& text) {
  double number = 0;
  if (CLI::detail::lexical_cast(text, number) && number > 0) return {};
  return fmt::format("'{}' is not a number above 0", text);
}

std::string at_most_duration(const std::string& text) {
  double number = 0;
  if (CLI::detail::lexical_cast(text, number) && number <= kDurationMax) return {};
  return fmt::format("'{}' is more than {:.0f} seconds", text, kDurationMax);
}

// A probe that is written wrongly is known as such in `profile check` too.
std::string target_form(const std::string& text) {
  const auto checked = check_target(text);
  return checked ? std::string() : checked.error().message;
}

std::string collector_name(const std::string& text) {
  auto sections = parse_collectors({text});
  return sections ? std::string() : sections.error().message;
}

class CollectCommand : public Command {
 public:
  CLI::App* add_to(CLI::App& app) override;
  Result<void> check() override;
  Result<int> run() override;

 private:
  Result<CollectSummary> collect_and_print(DropTally& tally, uint64_t& not_shown);
  Result<int> status_by_loss(const CollectSummary& summary, uint64_t not_shown) const;

  CollectArguments arguments_;
  const CLI::Option* output_option_ = nullptr;
};

CLI::App* CollectCommand::add_to(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("collect", "attach probes, show events live and record them");
  CollectOptions& options = arguments_.options;
  output_option_ = command
                       ->add_option("-o,--output", arguments_.output,
                                    "write the recording to FILE; an existing one becomes FILE.old")
                       ->type_name("FILE")
                       ->capture_default_str();
  command->add_flag("--no-record", arguments_.no_record,
                    "make no recording: events are shown, with --quiet only counted");
  command->add_flag("--quiet", arguments_.quiet,
                    "show no events, only progress (if stderr is a terminal)");
  command
      ->add_option("-c,--collector", options.collectors,
                   "collect this data: auto, skb, packet, dev, netns, drop, sock, stack, cgroup")
      ->type_name("NAME,...")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(collector_name);
  command
      ->add_option(
          "--probe", options.probes,
          "attach to tp:GROUP:NAME, to fn:FUNCTION or fn:MODULE/FUNCTION, or with %return to its "
          "return (wildcards); with /stack, take a stack on every event")
      ->type_name("TARGET")
      ->allow_extra_args(false)
      ->check(target_form);
  command
      ->add_option("--netns", options.netns, "collect only in this network namespace (repeatable)")
      ->type_name("NAME|PATH|INUM,...")
      ->delimiter(',')
      ->allow_extra_args(false);
  command
      ->add_option("--snaplen", options.snaplen,
                   "keep N bytes of each packet, 0 for all (default: up to the transport header)")
      ->type_name("N")
      ->check(CLI::Range(0U, 65536U).description(""));
  command
      ->add_option(
          "--stack-first", options.stacks.first,
          "take a stack for the first N drops of each reason and place (profile dropmon: 8)")
      ->type_name("N")
      ->check(CLI::Range(0U, kStackBudgetMax).description(""));
  command
      ->add_option("--stack-rate", options.stacks.per_second,
                   "then take N stacks per second for each reason and place (profile dropmon: 10)")
      ->type_name("N")
      ->check(CLI::Range(0U, kStackBudgetMax).description(""));
  command->add_flag("--with-inferred", options.with_inferred,
                    "give functions that take no packet the one that another has in hand");
  command->add_flag("--all-skbs", options.all_skbs,
                    "include skbs that are not network packets (AF_UNIX, netlink)");
  command->add_option("--duration", options.duration_seconds, "end after S seconds")
      ->type_name("S")
      ->check(above_zero)
      ->check(at_most_duration);
  command->add_option("--count", options.count, "end after N events")
      ->type_name("N")
      ->check(above_zero);
  command
      ->add_option("--cmd", options.command, "run CMD, end when it ends and with its exit status")
      ->type_name("CMD");
  command->add_flag("--fail-on-loss", arguments_.fail_on_loss,
                    "exit with 1 if an event was lost, even if CMD succeeded");
  command
      ->add_option("--max-size", arguments_.max_size,
                   "end when recording and -wal reach SIZE, at least 1M (K, M, G)")
      ->type_name("SIZE");
  command
      ->add_option("--ring-size", arguments_.ring_size,
                   "size of each CPU's ring buffer, a power of two (K, M)")
      ->type_name("BYTES");
  command
      ->add_option("--track-size", options.track_packets, "track up to N packets at the same time")
      ->type_name("N")
      ->check(CLI::Range(1U, kTrackMax).description(""))
      ->capture_default_str();
  add_format_option(*command, arguments_.format);
  add_event_style_options(*command, arguments_.style);
  command->footer(
      "-p NAME takes a profile's options; `tracker profile list` has their names.\n"
      "Examples:\n"
      "  tracker -p dropmon collect                          every drop, until Ctrl-C\n"
      "  tracker -p dropmon collect --netns blue --duration 10 -o blue.db\n"
      "  tracker -p dropmon collect --cmd 'ping -c 3 10.0.0.9'\n"
      "  tracker collect --probe tp:skb:kfree_skb/stack      with a stack on every drop\n"
      "Needs CAP_BPF and CAP_PERFMON. Ctrl-C and SIGTERM end it cleanly, and end CMD\n"
      "with everything that it started.\n"
      "Exit status: that of CMD if the collection ended with it. Else 0, also if\n"
      "events were lost; 1 for a failure, an incomplete recording, or losses with\n"
      "--fail-on-loss; 2 for wrong usage.");
  return command;
}

Result<void> CollectCommand::check() {
  CollectOptions& options = arguments_.options;
  for (const std::string& netns : options.netns) TRY(check_netns_form(netns));
  if (arguments_.no_record && output_option_->count() > 0)
    return wrong_usage("-o names a recording and --no-record makes none: leave one of them out");
  if (!arguments_.no_record) {
    if (arguments_.output.empty()) return wrong_usage("-o needs a file name");
    options.output = arguments_.output;
  }
  if (arguments_.ring_size) {
    TRY_ASSIGN(bytes, parse_size(*arguments_.ring_size));
    if (bytes < kRingMin || bytes > kRingMax || (bytes & (bytes - 1)) != 0)
      return wrong_usage(fmt::format("--ring-size {}: a power of two from 4K to 1024M is needed",
                                     *arguments_.ring_size));
    options.ring_bytes = static_cast<uint32_t>(bytes);
  }
  if (arguments_.max_size) {
    TRY_ASSIGN(bytes, parse_size(*arguments_.max_size));
    if (bytes < kMaxSizeMin)
      return wrong_usage(fmt::format("--max-size {}: at least 1M is needed", *arguments_.max_size));
    if (arguments_.no_record) return wrong_usage("--max-size needs a recording: not --no-record");
    options.max_bytes = bytes;
  }
  options.tracker_version = TRACKER_VERSION;
  options.command_line = join_arguments();
  return {};
}

Result<CollectSummary> CollectCommand::collect_and_print(DropTally& tally, uint64_t& not_shown) {
  std::vector<EventSink*> sinks{&tally};
  std::optional<LivePrinter> printer;
  if (!arguments_.quiet) {
    // An object a line stays an object a line.
    const auto gap_object = [](uint64_t events) {
      return fmt::format("{{\"not_shown\":{}}}\n", events);
    };
    printer.emplace(STDOUT_FILENO,
                    EventRenderer(arguments_.style, arguments_.format, STDOUT_FILENO),
                    arguments_.format == OutputFormat::kJson ? LivePrinter::GapLine(gap_object)
                                                             : LivePrinter::not_shown_text);
    sinks.push_back(&*printer);
  }
  // Events and a progress line on one terminal would overwrite each other.
  bool events_on_terminal = printer && ::isatty(STDOUT_FILENO);
  bool progress = ::isatty(STDERR_FILENO) && !events_on_terminal;
  StatusOutput status(STDERR_FILENO);
  CollectObserver observer;
  observer.on_attached = [&](const Session& session) {
    if (printer) printer->set_session(session);
    print_attached(session, status);
  };
  AttachProgress attaching(status, ::isatty(STDERR_FILENO));
  observer.on_attaching = [&](size_t done, size_t total) { attaching.show(done, total); };
  observer.on_note = [&](const std::string& sentence) { status.note(escape_text(sentence)); };
  observer.on_progress = [&](const CollectProgress& now) {
    progress ? status.progress(progress_line(now)) : status.flush();
  };
  auto summary = collect(arguments_.options, sinks, observer);
  status.clear_progress();
  if (summary && printer) {
    const ShownCounts& shown = printer->finish();
    not_shown = tracker::not_shown(shown, *summary);
    if (arguments_.no_record) count_not_shown_as_lost(shown, summary->session.counters);
  }
  return summary;
}

Result<int> CollectCommand::run() {
  raise_open_files();
  DropTally tally;
  uint64_t not_shown = 0;
  TRY_ASSIGN(summary, collect_and_print(tally, not_shown));
  const CollectOutcome outcome{arguments_.options.output.value_or(""), !arguments_.quiet, not_shown,
                               tally.not_lost()};
  say_fitted(render_collect_summary(summary, tally.rows(summary.names), outcome));
  if (summary.recording_error) return 1;  // its sentence was said when it happened
  const int status = summary.command_status.value_or(0);
  if (status != 0 || !arguments_.fail_on_loss) return status;
  return status_by_loss(summary, not_shown);
}

Result<int> CollectCommand::status_by_loss(const CollectSummary& summary,
                                           uint64_t not_shown) const {
  const uint64_t lost = summary.session.lost();
  if (lost == 0) return 0;
  const std::string were =
      fmt::format("{} event{} lost (--fail-on-loss)", lost, lost == 1 ? " was" : "s were");
  if (arguments_.no_record && not_shown > 0)
    return Error{
        fmt::format("{}, {} of them because they were not shown: record them, without "
                    "--no-record",
                    were, not_shown)};
  return Error{were + "; a larger --ring-size or a smaller --snaplen may help"};
}

}  // namespace

std::unique_ptr<Command> make_collect_command() { return std::make_unique<CollectCommand>(); }

}  // namespace tracker
