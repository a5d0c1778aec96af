// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/tracepoint/lookup.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "probes/glob.h"
#include "probes/nearest_names.h"
#include "probes/tracepoint/group.h"
#include "probes/tracepoint/point.h"
#include "probes/tracepoint/target.h"

namespace tracker {
namespace {

// "tp:skb:kfree_skb", with the group if it is known.
std::string full_name(const TracepointGroups& all, const std::string& typed_group,
                      const std::string& name) {
  const std::vector<std::string> groups = all.of(name);
  return fmt::format("tp:{}:{}", groups.empty() ? typed_group : groups.front(), name);
}

std::string suggestions(const Target& target, const KernelBtf& btf) {
  std::vector<std::pair<std::string, std::string>> candidates;
  for (const Tracepoint* tracepoint : btf.skb_tracepoints())
    candidates.emplace_back(tracepoint->name, tracepoint->name);
  const TracepointGroups groups;
  std::vector<std::string> names = nearest_names(target.name, candidates);
  for (std::string& name : names) name = full_name(groups, target.group, name);
  return fmt::format("{}", fmt::join(names, ", "));
}

Result<const Tracepoint*> find_one(const Target& target, const KernelBtf& btf) {
  const Tracepoint* found = btf.find_tracepoint(target.name);
  if (!found)
    return Error{
        fmt::format("unknown tracepoint {}; nearest: {}", target.text(), suggestions(target, btf))};
  if (!has_tracepoint(target.group, target.name)) {
    const std::vector<std::string> groups = TracepointGroups().of(target.name);
    if (!groups.empty() && std::find(groups.begin(), groups.end(), target.group) == groups.end())
      return Error{fmt::format("unknown tracepoint {}; nearest: tp:{}:{}", target.text(),
                               groups.front(), target.name)};
  }
  if (found->args.skb < 0)
    return Error{fmt::format("{} has no skb among its arguments: there is no packet to follow",
                             target.text())};
  return found;
}

ProbePointPtr point(const std::string& group, const Tracepoint& tracepoint) {
  return std::make_shared<TracepointPoint>(group, tracepoint);
}

Result<std::vector<ProbePointPtr>> expand(const Target& target, const KernelBtf& btf) {
  const TracepointGroups all_groups;
  std::vector<ProbePointPtr> expanded;
  for (const Tracepoint* tracepoint : btf.skb_tracepoints()) {
    if (!matches_glob(target.name, tracepoint->name)) continue;
    const std::vector<std::string> groups = all_groups.of(tracepoint->name);
    // One that may belong to it and is left out would be a hole that nobody sees.
    if (groups.empty() && !all_groups.is_readable())
      return Error{
          fmt::format("{}: the group of {} is not known, because {}, or name the "
                      "tracepoints one by one",
                      target.text(), tracepoint->name, kTracefsHint)};
    for (const std::string& group : groups) {
      if (matches_glob(target.group, group)) expanded.push_back(point(group, *tracepoint));
    }
  }
  if (!expanded.empty()) return expanded;
  return Error{fmt::format("no tracepoint with an skb matches {}", target.text())};
}

}  // namespace

Result<void> check_tracepoint(const std::string& target) {
  TRY_ASSIGN(parsed, parse_target(target));
  static_cast<void>(parsed);
  return {};
}

Result<FoundPoints> find_tracepoints(const std::string& text, const KernelBtf& btf) {
  TRY_ASSIGN(target, parse_target(text));
  FoundPoints found;
  found.takes_stack = target.stack;
  if (target.has_wildcard()) {
    TRY_ASSIGN(expanded, expand(target, btf));
    found.points = std::move(expanded);
    return found;
  }
  TRY_ASSIGN(tracepoint, find_one(target, btf));
  found.points.push_back(point(target.group, *tracepoint));
  return found;
}

}  // namespace tracker
