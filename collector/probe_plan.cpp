// SPDX-License-Identifier: GPL-2.0-or-later
#include "collector/probe_plan.h"

#include <dirent.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fnmatch.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

#include "base/edit_distance.h"
#include "collector/directory.h"
#include "event/section.h"
#include "probes/kernel_probes.h"
#include "probes/tracepoint_group.h"

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

Result<std::vector<Target>> expand(const Target& target, const KernelBtf& btf) {
  std::vector<Target> expanded;
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
      if (matches(target.group, group)) expanded.push_back({group, tracepoint->name, target.stack});
    }
  }
  if (!expanded.empty()) return expanded;
  return Error{fmt::format("no tracepoint with an skb matches {}", target.text())};
}

void add(std::vector<PlannedProbe>& plan, const Target& target, const Tracepoint* tracepoint,
         uint32_t sections) {
  ProbeRole role = probe_role(tracepoint->name);
  // skb:consume_skb has a location too (6.12), but what it frees was not dropped
  if (role != ProbeRole::kDropped) sections &= ~section_bit(Section::kDrop);
  if (target.stack) sections |= section_bit(Section::kStack);
  auto same = std::find_if(plan.begin(), plan.end(), [&](const PlannedProbe& probe) {
    return probe.tracepoint == tracepoint;
  });
  if (same == plan.end()) {
    plan.push_back({target, tracepoint, role, sections});
  } else {
    same->sections |= sections;
  }
}

struct Field {
  const char* type = nullptr;
  const char* name = nullptr;
};

// What a section is read from. The fields of skbs and devices themselves are on every kernel.
struct Ground {
  Section section;
  std::array<Field, 2> fields;
  const char* missing;  // why there is none
};
constexpr Ground kGrounds[] = {
    {Section::kDrop,
     {},
     "none of the probes is a free of dropped packets that says why or where; add --probe "
     "tp:skb:kfree_skb"},
    // the type is empty without CONFIG_NET_NS
    {Section::kNetns, {{{"possible_net_t", "net"}}}, "this kernel has no network namespaces"},
    {Section::kSock,
     {{{"sk_buff", "sk"}, {"sock_common", "skc_family"}}},
     "this kernel's BTF does not describe sockets"},
    {Section::kCgroup,
     {{{"kernfs_node", "id"}, {"cgroup", "kn"}}},
     "this kernel has no control groups (CONFIG_CGROUPS)"},
    // bpf_get_stack() fills one of perf's call chains
    {Section::kStack,
     {{{"perf_callchain_entry", "nr"}}},
     "this kernel takes no stacks (CONFIG_PERF_EVENTS)"},
};

bool has_drop_probe(const std::vector<PlannedProbe>& plan) {
  return std::any_of(plan.begin(), plan.end(), [](const PlannedProbe& probe) {
    const TracepointArgs& args = probe.tracepoint->args;
    return probe.role == ProbeRole::kDropped && (args.reason >= 0 || args.location >= 0);
  });
}

std::string_view section_name(Section section) {
  return std::find_if(kSections.begin(), kSections.end(),
                      [&](const SectionInfo& info) { return info.section == section; })
      ->name;
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

uint32_t CollectorChoice::wanted() const {
  return sections | (automatic ? kAllSections & ~section_bit(Section::kStack) : 0);
}

Result<CollectorChoice> parse_collectors(const std::vector<std::string>& names) {
  CollectorChoice choice{0, names.empty()};
  for (const std::string& name : names) {
    auto known = std::find_if(kSections.begin(), kSections.end(),
                              [&](const SectionInfo& info) { return info.name == name; });
    if (name == "auto") {
      choice.automatic = true;
    } else if (known != kSections.end()) {
      choice.sections |= section_bit(known->section);
    } else {
      std::vector<std::string_view> all{"auto"};
      for (const SectionInfo& info : kSections) all.push_back(info.name);
      return wrong_usage(
          fmt::format("unknown collector '{}'; there are: {}", name, fmt::join(all, ", ")));
    }
  }
  return choice;
}

std::vector<std::string> keep_grounded(const CollectorChoice& choice, const HasField& has_field,
                                       std::vector<PlannedProbe>& plan) {
  uint32_t grounded = kAllSections;
  std::vector<std::string> sentences;
  for (const Ground& ground : kGrounds) {
    const uint32_t bit = section_bit(ground.section);
    if (!(choice.wanted() & bit)) continue;
    const bool has_types = std::all_of(
        ground.fields.begin(), ground.fields.end(),
        [&](const Field& field) { return !field.type || has_field(field.type, field.name); });
    if (has_types && (ground.section != Section::kDrop || has_drop_probe(plan))) continue;
    grounded &= ~bit;
    if (choice.sections & bit)
      sentences.push_back(fmt::format("collector {} fills nothing: {}",
                                      section_name(ground.section), ground.missing));
  }
  for (PlannedProbe& probe : plan) probe.sections &= grounded;
  return sentences;
}

Result<std::vector<PlannedProbe>> plan_probes(const std::vector<std::string>& targets,
                                              uint32_t sections, const KernelBtf& btf) {
  std::vector<PlannedProbe> plan;
  for (const std::string& text : targets) {
    TRY_ASSIGN(target, parse_target(text));
    std::vector<Target> expanded{target};
    if (target.has_wildcard()) {
      TRY_ASSIGN(found, expand(target, btf));
      expanded = std::move(found);
    }
    for (const Target& one : expanded) {
      TRY_ASSIGN(tracepoint, find_one(one, btf));
      add(plan, one, tracepoint, sections);
    }
  }
  return plan;
}

}  // namespace tracker
