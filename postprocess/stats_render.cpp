// SPDX-License-Identifier: GPL-2.0-or-later
//
// Text and JSON of Stats.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "event/event_words.h"
#include "event/not_attached.h"
#include "event/render.h"
#include "postprocess/amount_text.h"
#include "postprocess/stats.h"
#include "postprocess/text_table.h"

namespace tracker {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kLossesShown = 20;

void set(Json& json, const char* key, const std::string& text) {
  if (!text.empty()) json[key] = escape_text(text);
}

// Means over less are chance, or what an empty file has.
constexpr uint64_t kLeastRateNs = 1'000'000'000;
constexpr uint64_t kLeastEventsForSize = 1000;

std::string span_text(const EventSpanStats& span) {
  std::string text = fmt::format("{}", span.events);
  if (span.duration_ns() == 0) return text;
  if (span.duration_ns() < kLeastRateNs) return text + " in " + duration_text(span.duration_ns());
  return text + fmt::format(" in {}, {:.1f} a second", duration_text(span.duration_ns()),
                            span.events_per_second());
}

std::string end_text(const Session& session) {
  if (!session.is_known()) return "not known: the table of the session is damaged";
  if (session.end_ns == 0) return "not ended cleanly: killed, or still being written";
  const uint64_t ran_ns = session.end_ns > session.start_ns ? session.end_ns - session.start_ns : 0;
  return fmt::format("after {}, by {}", duration_text(ran_ns), escape_text(session.end_reason));
}

// "2026-11-21T09:13:55.500000000Z", and the host's own time.
std::string start_text(const Session& session) {
  if (session.clocks.empty()) return {};
  const std::string zone =
      session.timezone.empty() ? "" : fmt::format(" {}", escape_text(session.timezone));
  return fmt::format("{} ({}{})", render_rfc3339(session.start_ns, session),
                     render_time(session.start_ns, session, TimeStyle::kLocal, 0), zone);
}

std::string head_text(const Stats& stats, const Session& session) {
  std::string text;
  const auto line = [&text](std::string_view what, const std::string& value) {
    if (!value.empty()) text += fmt::format("{:<10} {}\n", what, value);
  };
  std::string recording =
      fmt::format("{}: {} in {} block{}", escape_text(stats.path), size_text(stats.file_bytes),
                  stats.blocks, stats.blocks == 1 ? "" : "s");
  if (stats.events.events >= kLeastEventsForSize)
    recording += fmt::format(", {:.1f} bytes an event", stats.bytes_per_event());
  line("recording", recording);
  line("host", fmt::format("{}, {} {}, {} CPU{}", escape_text(session.hostname),
                           escape_text(session.kernel_release), escape_text(session.machine),
                           session.cpus, session.cpus == 1 ? "" : "s"));
  line("command", escape_text(session.command_line));
  line("start", start_text(session));
  line("end", end_text(session));
  line("events", span_text(stats.events));
  if (stats.selected) line("selected", span_text(*stats.selected));
  return text;
}

using Counter = uint64_t ProbeTotals::*;

// Of the counters that most recordings have at 0, those that have something to say here.
std::vector<std::pair<const char*, Counter>> rare_counters(const Stats& stats) {
  std::vector<std::pair<const char*, Counter>> counters;
  const auto add = [&](const char* title, Counter counter) {
    const bool is_counted =
        std::any_of(stats.probes.begin(), stats.probes.end(),
                    [&](const ProbeStats& probe) { return probe.totals.*counter != 0; });
    if (is_counted) counters.emplace_back(title, counter);
  };
  add("UNATTRIBUTED", &ProbeTotals::unattributed);
  add("UNTRACKED", &ProbeTotals::untracked);
  return counters;
}

// Of many probes those without a hit are a number, not rows; 0 where they are rows.
size_t unhit_to_leave_out(const Stats& stats, bool all) {
  constexpr size_t kMostUnhit = 40;
  if (all) return 0;
  const auto unhit = std::ranges::count_if(stats.probes, [](const ProbeStats& probe) {
    return probe.problem.empty() && probe.totals.seen == 0;
  });
  return static_cast<size_t>(unhit) > kMostUnhit ? static_cast<size_t>(unhit) : 0;
}

std::string probes_text(const Stats& stats, const Session& session, bool all) {
  TextTable table;
  table.add_column("PROBE", TextTable::Align::kLeft);
  table.add_column("HOW", TextTable::Align::kLeft);
  for (const char* title : {"SEEN", "FILTERED", "RECORDED", "LOST", "MISSED"})
    table.add_column(title, TextTable::Align::kRight);
  const auto rare = rare_counters(stats);
  for (const auto& [title, counter] : rare) table.add_column(title, TextTable::Align::kRight);
  if (stats.selected) table.add_column("SELECTED", TextTable::Align::kRight);
  const size_t unhit = unhit_to_leave_out(stats, all);
  for (const ProbeStats& probe : stats.probes) {
    if (!probe.problem.empty() || (unhit != 0 && probe.totals.seen == 0)) continue;
    const ProbeTotals& totals = probe.totals;
    std::vector<std::string> row{
        escape_text(probe.target) + (probe.is_inferred ? " (inferred)" : ""),
        escape_text(probe.how)};
    for (const uint64_t count : {totals.seen, totals.filtered, totals.recorded, totals.lost()}) {
      row.push_back(std::to_string(count));
    }
    row.push_back(probe.missed ? std::to_string(*probe.missed) : "unknown");
    for (const auto& [title, counter] : rare) row.push_back(std::to_string(totals.*counter));
    if (stats.selected) row.push_back(std::to_string(probe.selected));
    table.add_row(std::move(row));
  }
  std::string text = table.text();
  if (unhit != 0) text += fmt::format("{} more saw no hit; --all lists them\n", unhit);
  for (const NotAttached& row : not_attached(session.attachments)) {
    text += fmt::format("{} {} not attached: {}\n", row.probes, row.is_one ? "was" : "were",
                        row.problem);
  }
  return text;
}

std::string companions_text(const Session& session) {
  std::string text;
  for (const CompanionProbe& companion : session.companions) {
    if (companion.problem.empty()) {
      text += fmt::format("{} ({}) was watched too, for where packets are: hit {} times{}\n",
                          escape_text(companion.target), escape_text(companion.how), companion.seen,
                          companion.untracked == 0
                              ? std::string()
                              : fmt::format(", {} untracked (--track-size)", companion.untracked));
    } else {
      text += fmt::format("{} was not attached, so one packet may show as several: {}\n",
                          escape_text(companion.target), escape_text(companion.problem));
    }
  }
  return text;
}

std::string shared_text(const Session& session) {
  std::string text;
  for (const SharedProgramUse& shared : session.shared_programs) {
    text += fmt::format("a program of {} ({}) missed {}\n",
                        fmt::format("{} function{}", shared.probes, shared.probes == 1 ? "" : "s"),
                        escape_text(shared.how),
                        shared.missed < 0    ? "a number of hits that this kernel does not tell"
                        : shared.missed == 0 ? "none that the kernel counts"
                                             : fmt::format("{} hit{}", shared.missed,
                                                           shared.missed == 1 ? "" : "s"));
  }
  return text;
}

std::string stacks_text(const Session& session) {
  if (session.stacks.is_nothing()) return {};
  return fmt::format("stacks of drops: {}\n", stack_budget_text(session.stacks));
}

std::string sums_text(const ProbeTotals& totals) {
  return fmt::format(
      "seen {} {} filtered {} + recorded {} + lost {} (ring full {}, reader {}, "
      "storage {})\n",
      totals.seen, totals.sums_close() ? "=" : "is not", totals.filtered, totals.recorded,
      totals.lost(), totals.ring_full, totals.reader, totals.storage);
}

std::string losses_text(const Session& session, const ProbeTotals& totals) {
  if (session.losses.empty())
    return totals.lost() == 0 ? "no event was lost\n" : "when events were lost is not known\n";
  std::string text = "times with losses:\n";
  for (size_t i = 0; i < std::min(session.losses.size(), kLossesShown); ++i) {
    const LossWindow& window = session.losses[i];
    text += fmt::format("  {} - {}  CPU {}  {} events\n",
                        render_time(window.from_ns, session, TimeStyle::kLocal, 0),
                        render_time(window.to_ns, session, TimeStyle::kLocal, 0), window.cpu,
                        window.count);
  }
  if (session.losses.size() > kLossesShown) {
    text += fmt::format("  and {} more\n", session.losses.size() - kLossesShown);
  }
  return text;
}

Json totals_json(const ProbeTotals& totals) {
  return {{"seen", totals.seen},
          {"filtered", totals.filtered},
          {"recorded", totals.recorded},
          {"lost",
           {{"total", totals.lost()},
            {"ring_full", totals.ring_full},
            {"reader", totals.reader},
            {"storage", totals.storage}}},
          {"unattributed", totals.unattributed},
          {"untracked", totals.untracked}};
}

Json span_json(const EventSpanStats& span) {
  Json json{{"count", span.events}};
  if (span.events == 0) return json;
  json["first"] = span.first_ns;
  json["last"] = span.last_ns;
  json["duration_ns"] = span.duration_ns();
  if (span.duration_ns() != 0) json["per_second"] = span.events_per_second();
  return json;
}

Json session_json(const Session& session) {
  Json json = Json::object();
  set(json, "tracker_version", session.tracker_version);
  set(json, "hostname", session.hostname);
  set(json, "kernel_release", session.kernel_release);
  set(json, "kernel_version", session.kernel_version);
  set(json, "machine", session.machine);
  set(json, "command_line", session.command_line);
  set(json, "timezone", session.timezone);
  json["utc_offset_seconds"] = session.utc_offset_seconds;
  json["cpus"] = session.cpus;
  json["start"] = session.start_ns;
  if (!session.clocks.empty()) json["start_time"] = render_rfc3339(session.start_ns, session);
  if (session.end_ns != 0) json["end"] = session.end_ns;
  set(json, "end_reason", session.end_reason);
  json["ended_cleanly"] = session.end_ns != 0;
  return json;
}

Json probes_json(const Stats& stats) {
  Json probes = Json::array();
  for (const ProbeStats& probe : stats.probes) {
    Json json{{"target", escape_text(probe.target)}, {"attached", probe.is_attached}};
    if (probe.is_inferred) json["inferred"] = true;
    set(json, "how", probe.how);
    set(json, "problem", probe.problem);
    if (probe.missed) json["missed"] = *probe.missed;
    json.update(totals_json(probe.totals));
    if (stats.selected) json["selected"] = probe.selected;
    probes.push_back(std::move(json));
  }
  return probes;
}

Json shared_json(const Session& session) {
  Json programs = Json::array();
  for (const SharedProgramUse& shared : session.shared_programs) {
    Json json{{"how", escape_text(shared.how)}, {"probes", shared.probes}};
    if (shared.missed >= 0) json["missed"] = shared.missed;
    programs.push_back(std::move(json));
  }
  return programs;
}

Json companions_json(const Session& session) {
  Json companions = Json::array();
  for (const CompanionProbe& companion : session.companions) {
    Json json{{"target", escape_text(companion.target)}};
    set(json, "how", companion.how);
    set(json, "problem", companion.problem);
    json["seen"] = companion.seen;
    json["untracked"] = companion.untracked;
    companions.push_back(std::move(json));
  }
  return companions;
}

}  // namespace

std::string render_stats_text(const Stats& stats, const Session& session, bool all) {
  return head_text(stats, session) + "\n" + probes_text(stats, session, all) +
         shared_text(session) + companions_text(session) + stacks_text(session) + "\n" +
         sums_text(stats.totals) + losses_text(session, stats.totals);
}

std::string render_stats_json(const Stats& stats, const Session& session) {
  Json json = Json::object();
  json["recording"] = {{"path", escape_text(stats.path)},
                       {"bytes", stats.file_bytes},
                       {"blocks", stats.blocks},
                       {"block_bytes", stats.block_bytes}};
  if (stats.events.events != 0) json["recording"]["bytes_per_event"] = stats.bytes_per_event();
  json["session"] = session_json(session);
  json["events"] = span_json(stats.events);
  if (stats.selected) json["selected"] = span_json(*stats.selected);
  json["probes"] = probes_json(stats);
  if (!session.shared_programs.empty()) json["shared_programs"] = shared_json(session);
  if (!session.companions.empty()) json["companions"] = companions_json(session);
  if (!session.stacks.is_nothing()) {
    json["stack_budget"] = {{"first", session.stacks.first},
                            {"per_second", session.stacks.per_second}};
  }
  json["totals"] = totals_json(stats.totals);
  Json losses = Json::array();
  for (const LossWindow& window : session.losses) {
    losses.push_back({{"cpu", window.cpu},
                      {"from", window.from_ns},
                      {"to", window.to_ns},
                      {"count", window.count}});
  }
  json["losses"] = std::move(losses);
  return json.dump() + "\n";
}

}  // namespace tracker
