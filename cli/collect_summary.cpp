// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/collect_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "event/render.h"

namespace tracker {

namespace {

constexpr size_t kMaxRows = 20;

struct Totals {
  uint64_t seen = 0, filtered = 0, recorded = 0, ring_full = 0, reader = 0, storage = 0;
  uint64_t unattributed = 0, untracked = 0;
  uint64_t untracked_beside = 0;  // by companions
  int64_t missed = 0;
  bool missed_known = true;
  uint64_t lost() const { return ring_full + reader + storage; }
};

Totals add_up(const Session& session) {
  Totals totals;
  for (const ProbeCounters& counters : session.counters) {
    totals.seen += counters.seen;
    totals.filtered += counters.filtered;
    totals.recorded += counters.recorded;
    totals.ring_full += counters.ring_full;
    totals.reader += counters.reader;
    totals.storage += counters.storage;
    totals.unattributed += counters.unattributed;
    totals.untracked += counters.untracked;
  }
  for (const CompanionProbe& companion : session.companions)
    totals.untracked_beside += companion.untracked;
  uint64_t unknown = 0;
  for (const ProbeAttachment& attachment : session.attachments) {
    if (!attachment.attached) continue;
    if (attachment.missed < 0) ++unknown;
    totals.missed += std::max<int64_t>(attachment.missed, 0);
  }
  for (const SharedProgramUse& shared : session.shared_programs) {
    if (shared.missed < 0) continue;
    unknown -= std::min(unknown, shared.probes);
    totals.missed += shared.missed;
  }
  totals.missed_known = unknown == 0;
  return totals;
}

std::string drop_lines(const std::vector<DropTally::Row>& drops) {
  std::string text;
  size_t width = 0, shown = std::min(drops.size(), kMaxRows);
  for (size_t i = 0; i < shown; ++i) width = std::max(width, drops[i].reason.size());
  for (size_t i = 0; i < shown; ++i)
    text += fmt::format("{:>10}  {:<{}}  {}\n", drops[i].count, escape_text(drops[i].reason), width,
                        escape_text(drops[i].place));
  if (drops.size() > shown)
    text += fmt::format("            {} more; `tracker drops` lists all\n", drops.size() - shown);
  return text;
}

std::string left_out_line(const LeftOut& left_out) {
  std::string parts;
  const auto add = [&](uint64_t count, const char* what) {
    if (count > 0) parts += fmt::format("{}{} {}", parts.empty() ? "" : ", ", what, count);
  };
  add(left_out.stacks, "stacks");
  add(left_out.symbols, "symbols");
  add(left_out.interfaces, "interface names");
  add(left_out.cgroups, "cgroups' paths");
  if (parts.empty()) return {};
  return fmt::format("left out, because there were too many different ones: {}\n", parts);
}

std::string loss_line(const Totals& totals, bool is_recorded) {
  if (totals.lost() == 0) return {};
  return fmt::format("lost: ring full {}, reader {}, storage {}{}\n", totals.ring_full,
                     totals.reader, totals.storage,
                     is_recorded ? "; see `tracker stats` for when" : "");
}

std::string not_shown_line(uint64_t not_shown, bool is_recorded) {
  if (not_shown == 0) return {};
  if (is_recorded)
    return fmt::format(
        "not shown {}: live output could not take them; `tracker print` shows what was recorded\n",
        not_shown);
  return fmt::format(
      "not shown {}, counted as lost by the reader: live output could not take them and nothing "
      "was recorded (leave --no-record out to keep them)\n",
      not_shown);
}

}  // namespace

void count_not_shown_as_lost(const ShownCounts& shown, std::vector<ProbeCounters>& counters) {
  for (ProbeCounters& of : counters) {
    const auto found = shown.find({of.probe, of.cpu});
    const uint64_t kept = std::min(of.recorded, found == shown.end() ? 0 : found->second);
    of.reader += of.recorded - kept;
    of.recorded = kept;
  }
}

uint64_t not_shown(const ShownCounts& shown, const CollectSummary& summary) {
  uint64_t in_all = 0;
  for (const auto& [place, count] : shown) in_all += count;
  return summary.events - std::min(summary.events, in_all);
}

namespace {

// "recorded" is said of what is in a recording only.
std::string_view kept_word(const CollectOutcome& outcome) {
  if (!outcome.recording.empty()) return "recorded";
  return outcome.is_shown ? "shown" : "counted";
}

std::string end_line(const CollectSummary& summary) {
  const Session& session = summary.session;
  return fmt::format(
      "{:.1f} s, ended: {}{}\n", static_cast<double>(session.end_ns - session.start_ns) / 1e9,
      session.end_reason, summary.has_ended_command ? "; CMD still ran and was ended" : "");
}

std::string filtered_line(const CollectSummary& summary) {
  if (summary.after_limit == 0) return {};
  return fmt::format("filtered {} because they came after --count or --max-size was reached\n",
                     summary.after_limit);
}

}  // namespace

std::string render_collect_summary(const CollectSummary& summary,
                                   const std::vector<DropTally::Row>& drops,
                                   const CollectOutcome& outcome) {
  const Session& session = summary.session;
  const bool is_recorded = !outcome.recording.empty();
  Totals totals = add_up(session);
  std::string text = end_line(summary);
  if (!drops.empty()) text += "drops by reason and place:\n" + drop_lines(drops);
  if (outcome.not_lost > 0)
    text += fmt::format(
        "besides: {} free{} that lost no packet (copies of captures, parts of packets, handled "
        "messages)\n",
        outcome.not_lost, outcome.not_lost == 1 ? "" : "s");
  text += fmt::format("seen {} = filtered {} + {} {} + lost {}\n", totals.seen, totals.filtered,
                      kept_word(outcome), totals.recorded, totals.lost());
  text += filtered_line(summary) + loss_line(totals, is_recorded) +
          not_shown_line(outcome.not_shown, is_recorded);
  if (totals.unattributed > 0)
    text +=
        fmt::format("unattributed {}: named no network namespace that --netns could decide by\n",
                    totals.unattributed);
  if (totals.untracked > 0)
    text +=
        fmt::format("untracked {}: no room for more packets or calls under way (--track-size)\n",
                    totals.untracked);
  if (totals.untracked_beside > 0)
    text += fmt::format(
        "untracked {} by probes that tell where packets are: one packet may show as several, or as "
        "unattributed (--track-size)\n",
        totals.untracked_beside);
  if (!totals.missed_known) {
    text += "missed: unknown on this kernel\n";
  } else if (totals.missed > 0) {
    text += fmt::format(
        "missed {}: hits for which the kernel ran no program: during another one on that CPU, or "
        "without room for one more call\n",
        totals.missed);
  }
  text += left_out_line(summary.left_out);
  if (is_recorded) text += fmt::format("recorded in {}\n", escape_text(outcome.recording));
  return text;
}

}  // namespace tracker
