// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/event_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "event/render.h"

namespace tracker {

bool is_inferred(const Event& event, const Names& names) {
  return event.probe < names.probes.size() &&
         names.probes[event.probe].role == ProbeRole::kInferred;
}

std::string probe_text(const Event& event, const Names& names) {
  if (event.probe >= names.probes.size()) return fmt::format("probe {}", event.probe);
  return escape_text(names.probes[event.probe].target());
}

std::string marked_probe_text(const Event& event, const Names& names) {
  return probe_text(event, names) + (is_inferred(event, names) ? " (inferred)" : "");
}

std::string device_text(const Event& event, const Names& names) {
  if (!event.has(Section::kDev)) return {};
  if (!event.dev.name.empty()) return escape_text(event.dev.name.view());
  if (event.dev.ifindex == 0) return {};
  // An index means something only within its namespace; the newest name is the one in use.
  if (event.has(Section::kNetns) && event.netns.cookie != 0) {
    const auto found = std::find_if(
        names.interfaces.rbegin(), names.interfaces.rend(), [&](const InterfaceName& entry) {
          return entry.netns_cookie == event.netns.cookie && entry.ifindex == event.dev.ifindex;
        });
    if (found != names.interfaces.rend() && !found->name.empty()) return escape_text(found->name);
  }
  return fmt::format("if{}", event.dev.ifindex);
}

std::string netns_words(const NetnsSection& netns, const Names& names) {
  const std::optional<std::string> name = names.netns_name(netns.cookie, netns.inum);
  if (!name && netns.inum == 0) {
    return netns.cookie == 0 ? std::string() : fmt::format("cookie {:#x}", netns.cookie);
  }
  std::string words = name ? escape_text(*name) : fmt::format("{}", netns.inum);
  const bool is_shared =
      netns.cookie != 0 && names.netns.has_another(netns.cookie, name.value_or(""), netns.inum);
  if (is_shared) words += fmt::format(" (cookie {:#x})", netns.cookie);
  return words;
}

std::string cgroup_words(const Event& event, const Names& names) {
  if (!event.has(Section::kCgroup)) return {};
  const auto known = names.cgroups.find(event.cgroup.id);
  if (known == names.cgroups.end()) return fmt::format("{:#x}", event.cgroup.id);
  return escape_text(cgroup_unit(known->second));
}

std::string qualified_reason_text(uint32_t code, const Names& names) {
  std::string reason = escape_text(names.reason_text(code));
  const auto named = names.reasons.find(code);
  if (named == names.reasons.end() || named->second.name.empty()) return reason;
  const std::string& subsystem =
      named->second.subsystem.empty() ? names.subsystem_text(code) : named->second.subsystem;
  return subsystem == "core" ? reason : escape_text(subsystem) + ":" + reason;
}

bool has_stack_by_budget(const Event& event, const Names& names, const Session& session) {
  return !session.stacks.is_nothing() && event.probe < names.probes.size() &&
         names.probes[event.probe].role == ProbeRole::kDropped;
}

MissingStack missing_stack(const Event& event, const Names& names, const Session& session) {
  if (event.has(Section::kStack)) {
    const bool is_empty =
        event.stack.index < names.stacks.size() && names.stacks[event.stack.index].empty();
    return is_empty ? MissingStack::kNoRoom : MissingStack::kNone;
  }
  return has_stack_by_budget(event, names, session) ? MissingStack::kBudget : MissingStack::kNone;
}

std::string stack_budget_text(const StackBudget& budget) {
  if (budget.is_nothing()) return {};
  return fmt::format("the first {} of each reason and place, then {} a second", budget.first,
                     budget.per_second);
}

std::vector<std::string> stack_text(const Event& event, const Names& names) {
  std::vector<std::string> frames;
  if (!event.has(Section::kStack) || event.stack.index >= names.stacks.size()) return frames;
  for (const uint64_t address : names.stacks[event.stack.index]) {
    std::string frame = escape_text(names.symbol_text(address));
    const auto symbol = names.symbols.find(address);
    if (symbol != names.symbols.end() && !symbol->second.module.empty()) {
      frame += " [" + escape_text(symbol->second.module) + "]";
    }
    frames.push_back(std::move(frame));
  }
  return frames;
}

}  // namespace tracker
