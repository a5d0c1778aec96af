// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/tracepoint/lookup.h"

#include <dirent.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fnmatch.h>
#include <sys/stat.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "base/directory.h"
#include "base/edit_distance.h"
#include "probes/tracepoint/group.h"
#include "probes/tracepoint/point.h"
#include "probes/tracepoint/target.h"

namespace tracker {
namespace {

constexpr const char* kTracefsDirectories[] = {"/sys/kernel/tracing/events",
                                               "/sys/kernel/debug/tracing/events"};
constexpr size_t kSuggestions = 3;

bool exists(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0;
}

std::string tracefs() {
  for (const char* directory : kTracefsDirectories) {
    if (exists(std::string(directory) + "/skb/kfree_skb")) return directory;
  }
  return {};
}

bool matches(const std::string& pattern, const std::string& text) {
  return ::fnmatch(pattern.c_str(), text.c_str(), 0) == 0;
}

// "tp:skb:kfree_skb", with the group if it is known.
std::string full_name(const std::string& typed_group, const std::string& name) {
  std::vector<std::string> groups = tracepoint_groups(name);
  return fmt::format("tp:{}:{}", groups.empty() ? typed_group : groups.front(), name);
}

std::string suggestions(const Target& target, const KernelBtf& btf) {
  std::vector<std::pair<size_t, std::string>> near;
  for (const Tracepoint* tracepoint : btf.skb_tracepoints())
    near.emplace_back(edit_distance(target.name, tracepoint->name), tracepoint->name);
  std::sort(near.begin(), near.end());
  // Names that have little in common with what was typed are no help.
  std::vector<std::string> names;
  for (const auto& [distance, name] : near) {
    if (names.empty() || (names.size() < kSuggestions && distance * 2 <= target.name.size()))
      names.push_back(full_name(target.group, name));
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

Result<const Tracepoint*> find_one(const Target& target, const KernelBtf& btf) {
  const Tracepoint* found = btf.find_tracepoint(target.name);
  if (!found)
    return Error{
        fmt::format("unknown tracepoint {}; nearest: {}", target.text(), suggestions(target, btf))};
  std::vector<std::string> groups = tracepoint_groups(target.name);
  if (!groups.empty() && std::find(groups.begin(), groups.end(), target.group) == groups.end())
    return Error{fmt::format("unknown tracepoint {}; nearest: tp:{}:{}", target.text(),
                             groups.front(), target.name)};
  if (found->args.skb < 0)
    return Error{fmt::format("{} has no skb among its arguments: there is no packet to follow",
                             target.text())};
  return found;
}

ProbePointPtr point(const std::string& group, const Tracepoint& tracepoint) {
  return std::make_shared<TracepointPoint>(group, tracepoint);
}

Result<std::vector<ProbePointPtr>> expand(const Target& target, const KernelBtf& btf) {
  std::vector<ProbePointPtr> expanded;
  for (const Tracepoint* tracepoint : btf.skb_tracepoints()) {
    if (!matches(target.name, tracepoint->name)) continue;
    const std::vector<std::string> groups = tracepoint_groups(tracepoint->name);
    // One that may belong to it and is left out would be a hole that nobody sees.
    if (groups.empty() && !tracefs_readable())
      return Error{
          fmt::format("{}: the group of {} is not known, because {}, or name the "
                      "tracepoints one by one",
                      target.text(), tracepoint->name, kTracefsHint)};
    for (const std::string& group : groups) {
      if (matches(target.group, group)) expanded.push_back(point(group, *tracepoint));
    }
  }
  if (!expanded.empty()) return expanded;
  return Error{fmt::format("no tracepoint with an skb matches {}", target.text())};
}

}  // namespace

bool tracefs_readable() { return !tracefs().empty(); }

std::vector<std::string> tracepoint_groups(const std::string& name) {
  std::string root = tracefs();
  std::vector<std::string> groups;
  Directory directory(root.empty() ? nullptr : ::opendir(root.c_str()));
  if (!directory) {
    const std::string_view known = well_known_group(name);
    if (!known.empty()) groups.emplace_back(known);
    return groups;
  }
  while (const dirent* entry = ::readdir(directory.get())) {
    std::string group = entry->d_name;
    if (!group.starts_with(".") && exists(fmt::format("{}/{}/{}/id", root, group, name)))
      groups.push_back(group);
  }
  std::sort(groups.begin(), groups.end());
  return groups;
}

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
