// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/probe_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/some_names.h"
#include "cli/position_words.h"
#include "event/render.h"
#include "probes/function/lookup.h"
#include "probes/function/point.h"
#include "probes/function/target.h"
#include "probes/glob.h"
#include "probes/tracepoint/group.h"
#include "probes/tracepoint/lookup.h"
#include "probes/tracepoint/point.h"

namespace tracker {
namespace {

constexpr size_t kNamesInSentence = 3;
constexpr int kArgumentsInRegisters = 6;

// "kprobe" of "kprobe:ip_*"; nothing of a pattern that is not of functions alone.
std::optional<std::string> function_type(const std::string& pattern) {
  for (const char* type : {"fn", "fentry", "kprobe", "fexit", "kretprobe"}) {
    if (pattern.starts_with(std::string(type) + ":")) return type;
  }
  return std::nullopt;
}

// Which functions a pattern lists, and as what.
struct FunctionPattern {
  std::string type;     // "fn"
  std::string pattern;  // without "%return"
  FunctionEnd end;
};

FunctionPattern function_pattern(const std::string& pattern) {
  FunctionPattern functions{function_type(pattern).value_or("fn"), pattern,
                            FunctionEnd::kBeginning};
  if (pattern.ends_with(kReturnMark)) {
    functions.pattern.resize(pattern.size() - kReturnMark.size());
    functions.end = FunctionEnd::kReturn;
  }
  const auto rung = rung_of(functions.type);
  if (rung && rung_of_beginning(*rung)) functions.end = FunctionEnd::kReturn;
  return functions;
}

bool matches(const FunctionPattern& asked, const Function& function) {
  return matches_glob(asked.pattern, function.name) ||
         matches_glob(asked.pattern, asked.type + ":" + full_name(function)) ||
         matches_glob(asked.pattern, asked.type + ":" + function.name);
}

void add_tracepoints(const KernelBtf& btf, const std::string& pattern, ProbeList& list) {
  const TracepointGroups all_groups;
  for (const Tracepoint* tracepoint : btf.skb_tracepoints()) {
    std::vector<std::string> groups = all_groups.of(tracepoint->name);
    if (groups.empty()) {
      ++list.without_group;
      groups.emplace_back("?");
    }
    for (const std::string& group : groups) {
      auto point = std::make_shared<TracepointPoint>(group, *tracepoint);
      if (matches_glob(pattern, point->target()) || matches_glob(pattern, tracepoint->name))
        list.probes.push_back({std::move(point), tracepoint->module, {}});
    }
  }
}

void add_functions(const KernelBtf& btf, const std::string& pattern, ProbeList& list) {
  const FunctionPattern asked = function_pattern(pattern);
  const SkbFunctions functions = list_functions(btf, asked.end);
  list.is_traceable_known = functions.is_traceable_known;
  for (const Function& function : functions.found) {
    if (!matches(asked, function)) continue;
    list.probes.push_back(
        {std::make_shared<FunctionPoint>(asked.type, rung_of(asked.type), asked.end, function),
         function.module,
         {true, !function.module.empty(), function.args.count > kArgumentsInRegisters,
          asked.end == FunctionEnd::kReturn}});
  }
  for (const Function& function : functions.left_out) {
    if (matches(asked, function)) list.left_out.push_back(function_target(function));
  }
}

bool has_functions(const ProbeList& list) {
  return std::ranges::any_of(list.probes,
                             [](const ListedProbe& probe) { return probe.of_class.is_function; });
}

std::string left_out_remark(const std::vector<std::string>& targets) {
  return fmt::format("left out: {} an skb and cannot be watched; --why TARGET says why: {}",
                     targets.size() == 1 ? "1 function that takes"
                                         : fmt::format("{} functions that take", targets.size()),
                     some_names(targets, kNamesInSentence));
}

// A function's target says its module.
std::string module_text(const ListedProbe& probe) {
  return probe.module.empty() || probe.of_class.is_function
             ? ""
             : fmt::format("  [{}]", escape_text(probe.module));
}

}  // namespace

ProbeList find_probes(const KernelBtf& btf, const std::string& pattern) {
  ProbeList list;
  add_tracepoints(btf, pattern, list);
  add_functions(btf, pattern, list);
  return list;
}

std::vector<std::string> list_remarks(const ProbeList& list, const std::string& pattern) {
  std::vector<std::string> remarks;
  if (list.without_group != 0 && pattern.find(':') != std::string::npos && !function_type(pattern))
    remarks.push_back(fmt::format("the group of {} tracepoints is not known, because {}",
                                  list.without_group, kTracefsHint));
  if (!list.left_out.empty()) remarks.push_back(left_out_remark(list.left_out));
  if (!list.is_traceable_known && has_functions(list))
    remarks.emplace_back(
        "some of these functions may not exist in the machine code: the list of those that can be "
        "traced (available_filter_functions in tracefs) cannot be read");
  return remarks;
}

std::string list_text(const ProbeList& list, const ListedRungs& rungs) {
  const auto rung_text = [&](size_t i) {
    if (!rungs) return std::string_view();
    return (*rungs)[i] ? rung_name(*(*rungs)[i]) : std::string_view("none");
  };
  size_t width = 0;
  size_t rung_width = 0;
  for (size_t i = 0; i < list.probes.size(); ++i) {
    width = target_width(width, list.probes[i].point->target());
    rung_width = std::max(rung_width, rung_text(i).size());
  }
  std::string text;
  for (size_t i = 0; i < list.probes.size(); ++i) {
    const ListedProbe& probe = list.probes[i];
    text += fmt::format("{:<{}}  ", escape_text(probe.point->target()), width);
    if (rungs) text += fmt::format("{:<{}}  ", rung_text(i), rung_width);
    text += fmt::format("{}{}\n", arguments_text(arguments_of(*probe.point)), module_text(probe));
  }
  return text;
}

std::string list_json(const ProbeList& list, const ListedRungs& rungs) {
  std::string text;
  for (size_t i = 0; i < list.probes.size(); ++i) {
    const ListedProbe& probe = list.probes[i];
    const std::vector<PointArgument> arguments = arguments_of(*probe.point);
    nlohmann::ordered_json row{{"target", escape_text(probe.point->target())},
                               {"arguments", argument_names(arguments)}};
    if (const PointArgument* skb = find_skb(arguments)) {
      row["skb_argument"] = skb->position + 1;
      if (skb->is_pointed_to) row["skb_is_pointed_to"] = true;
    }
    if (!probe.module.empty()) row["module"] = escape_text(probe.module);
    if (rungs && (*rungs)[i]) row["rung"] = rung_name(*(*rungs)[i]);
    if (rungs && !(*rungs)[i]) row["rung"] = nullptr;
    text += row.dump() + "\n";
  }
  return text;
}

}  // namespace tracker
