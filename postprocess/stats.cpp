// SPDX-License-Identifier: GPL-2.0-or-later
#include "postprocess/stats.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "postprocess/event_scan.h"

namespace tracker {
namespace {

constexpr double kNsPerSecond = 1e9;

// The probe that a target names: without "/stack"; other slashes stand behind modules' names.
std::string_view probe_of(std::string_view target) {
  constexpr std::string_view kStack = "/stack";
  return target.ends_with(kStack) ? target.substr(0, target.size() - kStack.size()) : target;
}

void describe(ProbeStats& probe, const ProbeAttachment& attachment) {
  probe.target = attachment.target;
  probe.is_attached = attachment.attached;
  probe.how = attachment.how;
  probe.problem = attachment.problem;
  if (attachment.missed >= 0) probe.missed = attachment.missed;
}

// Probes in the order of Names::probes, then those that could not be attached.
std::vector<ProbeStats> list_probes(const Names& names, const Session& session) {
  std::unordered_map<std::string, size_t> by_name;
  std::vector<ProbeStats> probes;
  for (const ProbeName& name : names.probes) {
    by_name.emplace(name.target(), probes.size());
    ProbeStats& probe = probes.emplace_back();
    probe.target = name.target();
    probe.is_inferred = name.role == ProbeRole::kInferred;
  }
  for (const ProbeAttachment& attachment : session.attachments) {
    const auto named = by_name.find(std::string(probe_of(attachment.target)));
    if (named == by_name.end()) {
      describe(probes.emplace_back(), attachment);
      continue;
    }
    describe(probes[named->second], attachment);
    by_name.erase(named);
  }
  return probes;
}

void extend(EventSpanStats& span, uint64_t events, uint64_t first_ns, uint64_t last_ns) {
  if (events == 0) return;
  span.first_ns = span.events == 0 ? first_ns : std::min(span.first_ns, first_ns);
  span.last_ns = std::max(span.last_ns, last_ns);
  span.events += events;
}

}  // namespace

void ProbeTotals::add(const ProbeCounters& counters) {
  seen += counters.seen;
  filtered += counters.filtered;
  recorded += counters.recorded;
  ring_full += counters.ring_full;
  reader += counters.reader;
  storage += counters.storage;
  unattributed += counters.unattributed;
  untracked += counters.untracked;
}

double EventSpanStats::events_per_second() const {
  if (duration_ns() == 0) return 0;
  return static_cast<double>(events) * kNsPerSecond / static_cast<double>(duration_ns());
}

double Stats::bytes_per_event() const {
  if (events.events == 0) return 0;
  return static_cast<double>(file_bytes) / static_cast<double>(events.events);
}

Stats make_stats(const BlockSource& source, const std::string& path, uint64_t file_bytes,
                 const Selection& selection, std::vector<DamagedBlock>& damaged) {
  Stats stats;
  stats.path = path;
  stats.file_bytes = file_bytes;
  stats.blocks = source.blocks().size();
  for (const BlockInfo& block : source.blocks()) {
    stats.block_bytes += block.stored_bytes;
    extend(stats.events, block.events, block.first_ns, block.last_ns);
  }
  stats.probes = list_probes(source.names(), source.session());
  for (const ProbeCounters& counters : source.session().counters) {
    stats.totals.add(counters);
    const bool is_named = counters.probe < source.names().probes.size();
    if (is_named) stats.probes[counters.probe].totals.add(counters);
  }
  if (selection.selects_all()) return stats;
  EventSpanStats selected;
  const auto missing = visit_in_file_order(source, selection, [&](const Event& event) {
    extend(selected, 1, event.timestamp_ns, event.timestamp_ns);
    if (event.probe < source.names().probes.size()) ++stats.probes[event.probe].selected;
  });
  damaged.insert(damaged.end(), missing.begin(), missing.end());
  stats.selected = selected;
  return stats;
}

}  // namespace tracker
