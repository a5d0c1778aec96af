// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/selection_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <utility>

#include "base/say.h"
#include "cli/filter_blindness.h"
#include "cli/nearest.h"
#include "cli/shell_quote.h"
#include "event/render.h"
#include "postprocess/wildcard.h"
#include "storage/file_header.h"

namespace tracker {
namespace {

constexpr const char* kGroup = "Selection";

// "A,B" and several times the option both add up; what follows is not swallowed.
void add_list(CLI::App& command, const std::string& name, std::vector<std::string>& values,
              const std::string& type, const std::string& help) {
  command.add_option(name, values, help)
      ->type_name(type)
      ->delimiter(',')
      ->allow_extra_args(false)
      ->group(kGroup);
}

void add_one(CLI::App& command, const std::string& name, std::string& value,
             const std::string& type, const std::string& help) {
  command.add_option(name, value, help)->type_name(type)->group(kGroup);
}

}  // namespace

Result<void> ViewOptions::check() const {
  const Names no_names;
  auto compiled = Selection::compile(selection, Session{}, no_names, UINT64_MAX);
  if (!compiled && compiled.error().kind == ErrorKind::kWrongUsage) return compiled.error();
  return {};
}

std::string selection_text(const SelectionOptions& options) {
  std::string text;
  const auto add = [&text](const char* name, const std::string& value) {
    if (value.empty()) return;
    text += fmt::format("{}{} {}", text.empty() ? "" : " ", name, shell_quoted(value));
  };
  const auto add_list = [&add](const char* name, const std::vector<std::string>& values) {
    add(name, fmt::format("{}", fmt::join(values, ",")));
  };
  add("-f", options.filter);
  add_list("--reason", options.reasons);
  add_list("--not-reason", options.not_reasons);
  add_list("--dev", options.devices);
  add_list("--netns", options.netns);
  add_list("--packet", options.packets);
  add_list("--probe", options.probes);
  add("--since", options.since);
  add("--until", options.until);
  return text;
}

void add_file_argument(CLI::App& command, std::string& path) {
  command.add_option("FILE", path, "recording")->type_name("")->capture_default_str();
}

void add_format_option(CLI::App& command, OutputFormat& format) {
  const std::map<std::string, OutputFormat> formats{{"text", OutputFormat::kText},
                                                    {"json", OutputFormat::kJson}};
  // A name is looked up by hand: CLI11's own transformer lists the numbers behind the names.
  command
      .add_option_function<std::string>(
          "--format", [&format, formats](const std::string& name) { format = formats.at(name); },
          "print text, or JSON with one object per line")
      ->check(CLI::IsMember({"text", "json"}).description(""))
      ->type_name("text|json");
}

void add_view_options(CLI::App& command, ViewOptions& options) {
  add_file_argument(command, options.path);
  add_format_option(command, options.format);
  SelectionOptions& selection = options.selection;
  add_one(command, "-f,--filter", selection.filter, "'PCAP FILTER'",
          "select packets that match, as for tcpdump");
  add_list(command, "--reason", selection.reasons, "NAME",
           "select drops with this reason (wildcards; a list with commas)");
  add_list(command, "--not-reason", selection.not_reasons, "NAME",
           "leave out drops with this reason");
  add_list(command, "--dev", selection.devices, "NAME",
           "select this device (wildcards; escapes as shown)");
  add_list(command, "--netns", selection.netns, "NAME|INUM|PATH", "select this network namespace");
  add_list(command, "--packet", selection.packets, "ID",
           "select this packet: 5f01, '#5f01' or 0x5f01");
  add_list(command, "--probe", selection.probes, "TARGET", "select this probe: 'tp:net:*'");
  add_one(command, "--since", selection.since, "TIME",
          "start at 2026-11-21T09:13:55Z, 09:13, 09:13:55.5 or -5m (before the end)");
  add_one(command, "--until", selection.until, "TIME", "stop at this time");
}

namespace {

// An empty answer is no failure, but it must not look like one that went missing.
void say_nothing_shown(const View& view, const std::string& noun) {
  const std::string selection = selection_text(view.options.selection);
  const bool may_lack_end = view.source->session().was_not_ended() && lacks_wal(view.options.path);
  const std::string where =
      (may_lack_end ? "what is there of " : "") + escape_text(view.options.path);
  say(selection.empty()
          ? fmt::format("tracker: there is no {} in {}\n", noun, where)
          : fmt::format("tracker: no {} matches {} in {}\n", noun, escape_text(selection), where));
}

// A name that is misspelt selects nothing, as one does that was not hit.
void say_unknown_probes(const View& view) {
  if (view.options.selection.probes.empty()) return;
  std::vector<std::string> targets;
  for (const ProbeName& probe : view.source->names().probes) targets.push_back(probe.target());
  for (const std::string& typed : view.options.selection.probes) {
    const bool is_there = std::ranges::any_of(
        targets, [&](const std::string& target) { return matches_any({typed}, target); });
    if (is_there) continue;
    const std::string near = nearest(typed, targets);
    say(fmt::format("tracker: {} has no probe {}{}\n", escape_text(view.options.path),
                    escape_text(typed),
                    near.empty() ? "" : fmt::format("; nearest: {}", escape_text(near))));
  }
}

// What a killed collector committed last is in the -wal beside the recording; a copy of the
// recording alone opens without complaint and lacks it.
void say_what_may_be_missing(const std::string& path, const Session& session) {
  if (!session.was_not_ended() || !lacks_wal(path)) return;
  const std::string shown = escape_text(path);
  say(fmt::format("tracker: {} {}\n", shown, lacking_wal_text(shown)));
}

void say_losses(const View& view) {
  const uint64_t lost = view.source->session().lost();
  if (lost == 0) return;
  say(fmt::format(
      "tracker: {} event{} lost while this was recorded; `tracker stats {}` says when\n", lost,
      lost == 1 ? " was" : "s were", escape_text(shell_quoted(view.options.path))));
}

}  // namespace

Result<View> open_view(const ViewOptions& options) {
  View view;
  view.options = options;
  TRY_ASSIGN(source, RecordingSource::open(options.path));
  view.source = std::move(source);
  const Session& session = view.source->session();
  if (!view.source->damage()) say_what_may_be_missing(options.path, session);
  const uint64_t end_ns = recording_end(session, view.source->blocks());
  TRY_ASSIGN(selection,
             Selection::compile(options.selection, session, view.source->names(), end_ns));
  view.selection = std::move(selection);
  return view;
}

Error shown_in_part(Error damage) {
  damage.message += "; what could be read was shown";
  return damage;
}

Result<int> finish_view(const View& view, const std::vector<DamagedBlock>& damaged, uint64_t shown,
                        const std::string& noun) {
  if (view.source->damage()) return shown_in_part(*view.source->damage());
  if (!damaged.empty()) return damaged_error(damaged, view.source->blocks().size());
  if (shown == 0) say_nothing_shown(view, noun);
  say_unknown_probes(view);
  say_filter_blindness(view.options.selection.filter, view.selection);
  return 0;
}

Result<int> finish_view_of_events(Reader reader, const View& view,
                                  const std::vector<DamagedBlock>& damaged, uint64_t shown,
                                  const std::string& noun) {
  TRY_ASSIGN(status, finish_view(view, damaged, shown, noun));
  if (reader == Reader::kStayed) say_losses(view);
  return status;
}

Result<int> finish_view_of_events(Output& output, const View& view,
                                  const std::vector<DamagedBlock>& damaged, uint64_t shown,
                                  const std::string& noun) {
  TRY_ASSIGN(is_read, output.close());
  return finish_view_of_events(is_read ? Reader::kStayed : Reader::kGone, view, damaged, shown,
                               noun);
}

}  // namespace tracker
