// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/function/lookup.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "base/some_names.h"
#include "probes/function/function.h"
#include "probes/function/names.h"
#include "probes/function/point.h"
#include "probes/function/target.h"
#include "probes/function/traceable.h"
#include "probes/glob.h"
#include "probes/nearest_names.h"

namespace tracker {
namespace {

constexpr size_t kNamesInSentence = 5;
// Of returns, and of functions that take no packet, each has programs of its own, which the kernel
// verifies for some hundredths of a second each.
constexpr size_t kMostAlone = 200;

bool is_in_module(const FunctionTarget& target, const Function& function) {
  return target.module.empty() || matches_glob(target.module, function.module);
}

std::string suggestions(const std::string& typed, const KernelBtf& btf, FunctionEnd end) {
  std::vector<std::pair<std::string, std::string>> candidates;
  for (const Function& function : skb_functions(btf, end))
    candidates.emplace_back(function.name, function_target(function));
  return fmt::format("{}", fmt::join(nearest_names(typed, candidates), ", "));
}

// Why a function that BTF describes cannot be watched; nothing where it can, or where that is known
// only by trying.
std::optional<std::string> why_not_traceable(const Function& function,
                                             const TraceableFunctions& traceable) {
  if (!traceable.is_known()) return std::nullopt;
  const size_t count = traceable.count(function.name, function.module);
  if (count == 1) return std::nullopt;
  if (count > 1)
    return fmt::format("{} functions have this name, and which is meant cannot be said", count);
  const std::vector<std::string> variants = traceable.variants(function.name);
  if (!variants.empty())
    return fmt::format("the compiler made {} of it, of which the arguments are not known",
                       fmt::join(variants, ", "));
  return "the compiler put it into its callers, or the kernel keeps it from being traced (notrace)";
}

FunctionEnd end_of(const FunctionTarget& target) {
  return target.is_return ? FunctionEnd::kReturn : FunctionEnd::kBeginning;
}

// In doubt it has: its name alone would not say which is meant.
bool has_namesake(const Function& function, const TraceableFunctions& traceable) {
  return !traceable.is_known() || traceable.count(function.name) > 1;
}

ProbePointPtr point(const FunctionTarget& target, Function function,
                    const TraceableFunctions& traceable) {
  function.has_namesake = has_namesake(function, traceable);
  return std::make_shared<FunctionPoint>(target.type, target.rung, end_of(target),
                                         std::move(function));
}

// As it is typed, for the one of several names.
std::string typed(const FunctionTarget& target, const std::string& name) {
  FunctionTarget one = target;
  one.names = {name};
  return one.text();
}

Error not_watched(const FunctionTarget& target, const std::string& name, std::string_view why) {
  return Error{fmt::format("{} cannot be watched: {}", typed(target, name), why)};
}

// Loaded modules that have such functions but whose types the kernel does not have: it was built
// without CONFIG_DEBUG_INFO_BTF_MODULES, or the module elsewhere.
std::vector<std::string> untyped_modules(const FunctionTarget& target, const std::string& name,
                                         const KernelBtf& btf,
                                         const TraceableFunctions& traceable) {
  const std::vector<std::string> known = btf.modules();
  std::vector<std::string> modules = traceable.modules_with(name);
  std::erase_if(modules, [&](const std::string& module) {
    return std::binary_search(known.begin(), known.end(), module) ||
           (!target.module.empty() && !matches_glob(target.module, module));
  });
  return modules;
}

Error lacks_types(const FunctionTarget& target, const std::string& name,
                  const std::vector<std::string>& modules) {
  Error error = not_watched(
      target, name,
      fmt::format(
          "the kernel has no readable type information of {} (/sys/kernel/btf/{}), by which "
          "arguments are found",
          some_names(modules, kNamesInSentence), modules.front()));
  error.kind = ErrorKind::kLacking;
  return error;
}

Error unknown(const FunctionTarget& target, const std::string& name, const KernelBtf& btf,
              const TraceableFunctions& traceable) {
  const std::vector<std::string> variants = traceable.variants(name);
  if (traceable.count(name, "") != 0 || !variants.empty()) {
    const std::string made =
        variants.empty() ? ""
                         : fmt::format(" (in the machine code: {})", fmt::join(variants, ", "));
    return not_watched(target, name,
                       "the kernel's type information does not have its arguments" + made);
  }
  if (const auto modules = untyped_modules(target, name, btf, traceable); !modules.empty())
    return lacks_types(target, name, modules);
  const std::string module = target.module.empty() ? "" : target.module + "/";
  return Error{fmt::format(
      "unknown function {}:{}{}{}; nearest: {}{}", target.type, module, name,
      module.empty() ? "" : " (is the module loaded?)", suggestions(name, btf, end_of(target)),
      module.empty() ? " (unless it is inlined, or of a module that is not loaded)" : "")};
}

bool can_be_inferred(const FunctionTarget& target, const Function& function) {
  return !target.is_return && function.args.skb < 0;
}

std::string why_no_packet(const FunctionTarget& target, const Function& function) {
  if (function.args.skb >= 0) return std::string(function.args.why_no_return);
  std::string why(function.args.why_no_skb);
  if (can_be_inferred(target, function))
    why +=
        "; collect --with-inferred gives it the packet that another watched function has in hand";
  return why;
}

Result<ProbePointPtr> find_one(const FunctionTarget& target, const std::string& name,
                               const KernelBtf& btf, const TraceableFunctions& traceable,
                               WithoutPacket without) {
  std::vector<Function> found = functions_called(btf, name);
  std::erase_if(found, [&](const Function& function) { return !is_in_module(target, function); });
  if (found.empty()) return unknown(target, name, btf, traceable);
  if (found.size() > 1) {
    std::vector<std::string> names;
    names.reserve(found.size());
    for (const Function& function : found) names.push_back(function_target(function));
    return not_watched(target, name,
                       fmt::format("several functions have this name, and which is meant cannot be "
                                   "said: {}",
                                   fmt::join(names, ", ")));
  }
  const Function& function = found.front();
  const bool is_inferred = without == WithoutPacket::kInferred && can_be_inferred(target, function);
  if (!is_inferred && !brings_packet(function.args, end_of(target)))
    return not_watched(target, name, why_no_packet(target, function));
  if (const auto why = why_not_traceable(function, traceable))
    return not_watched(target, name, *why);
  return point(target, function, traceable);
}

// Once for all targets: the kernel makes the list anew for each reader, which takes a tenth of a
// second in an emulated machine.
const TraceableFunctions& running_kernels() {
  static const TraceableFunctions traceable = TraceableFunctions::read();
  return traceable;
}

// Of alternatives the first that can be watched; where none can, why the first cannot.
Result<ProbePointPtr> find_first(const FunctionTarget& target, const KernelBtf& btf,
                                 const TraceableFunctions& traceable, WithoutPacket without) {
  Result<ProbePointPtr> first = find_one(target, target.names.front(), btf, traceable, without);
  for (size_t i = 1; !first && i < target.names.size(); ++i) {
    Result<ProbePointPtr> next = find_one(target, target.names[i], btf, traceable, without);
    if (next) return next;
  }
  return first;
}

// What of a pattern is not watched, a sentence each.
struct LeftOut {
  std::vector<std::string> functions;  // that cannot be traced, or whose name several have
  size_t without_packet = 0;
  std::vector<std::string> modules;  // without types
};

std::vector<std::string> left_out_notes(const FunctionTarget& target, const LeftOut& left_out) {
  const std::string leaves_out = target.text() + " leaves out ";
  std::vector<std::string> notes;
  if (!left_out.functions.empty())
    notes.push_back(fmt::format("{}{} that cannot be traced, or whose name several have: {}",
                                leaves_out, left_out.functions.size(),
                                some_names(left_out.functions, kNamesInSentence)));
  if (left_out.without_packet != 0)
    notes.push_back(fmt::format(
        "{}{} that take no packet, as others of the pattern take one: those that are to be given "
        "the packet in hand have to be named",
        leaves_out, left_out.without_packet));
  if (!left_out.modules.empty())
    notes.push_back(fmt::format("{}modules without readable type information: {}", leaves_out,
                                some_names(left_out.modules, kNamesInSentence)));
  return notes;
}

// Of those that match: the functions that bring a packet, and where there are none, those that can
// be given the one in hand.
std::vector<Function> matching(const FunctionTarget& target, const KernelBtf& btf,
                               WithoutPacket without) {
  const auto differs = [&](const Function& function) {
    return !is_in_module(target, function) || !matches_glob(target.names.front(), function.name);
  };
  std::vector<Function> functions = skb_functions(btf, end_of(target));
  std::erase_if(functions, differs);
  if (!functions.empty() || target.is_return || without == WithoutPacket::kRefused)
    return functions;
  functions = functions_without_skb(btf, target.names.front());
  std::erase_if(functions, differs);
  return functions;
}

// How many of a pattern --with-inferred does not reach, as matching() has found others.
size_t not_given_a_packet(const FunctionTarget& target, const KernelBtf& btf,
                          const FoundPoints& found, WithoutPacket without) {
  if (without == WithoutPacket::kRefused || target.is_return || found.points.empty() ||
      found.points.front()->name().role == ProbeRole::kInferred)
    return 0;
  const auto others = functions_without_skb(btf, target.names.front());
  return static_cast<size_t>(std::ranges::count_if(
      others, [&](const Function& function) { return is_in_module(target, function); }));
}

Result<FoundPoints> expand(const FunctionTarget& target, const KernelBtf& btf,
                           const TraceableFunctions& traceable, WithoutPacket without) {
  FoundPoints found;
  LeftOut left_out;
  for (const Function& function : matching(target, btf, without)) {
    if (why_not_traceable(function, traceable))
      left_out.functions.push_back(full_name(function));
    else
      found.points.push_back(point(target, function, traceable));
  }
  const bool is_shared = !found.points.empty() && found.points.front()->shared_site();
  if (!is_shared && found.points.size() > kMostAlone)
    return Error{fmt::format(
        "{} stands for {}{} functions, and at most {} can be watched by one target yet: "
        "narrow it",
        target.text(), target.is_return ? "the returns of " : "", found.points.size(), kMostAlone)};
  left_out.without_packet = not_given_a_packet(target, btf, found, without);
  left_out.modules = untyped_modules(target, target.names.front(), btf, traceable);
  if (found.points.empty() && !left_out.modules.empty() && !target.module.empty())
    return lacks_types(target, target.names.front(), left_out.modules);
  found.notes = left_out_notes(target, left_out);
  if (!found.points.empty()) return found;
  return Error{
      fmt::format("no function that takes an skb and can be traced matches {}", target.text())};
}

}  // namespace

std::string function_target(const Function& function) { return "fn:" + full_name(function); }

Result<void> check_function(const std::string& target) {
  TRY_ASSIGN(parsed, parse_function_target(target));
  static_cast<void>(parsed);
  return {};
}

Result<FoundPoints> find_functions(const std::string& text, const KernelBtf& btf,
                                   WithoutPacket without) {
  TRY_ASSIGN(target, parse_function_target(text));
  FoundPoints found;
  if (target.has_wildcard()) {
    TRY_ASSIGN(expanded, expand(target, btf, running_kernels(), without));
    found = std::move(expanded);
  } else {
    TRY_ASSIGN(first, find_first(target, btf, running_kernels(), without));
    found.points.push_back(std::move(first));
  }
  found.takes_stack = target.stack;
  return found;
}

SkbFunctions list_functions(const KernelBtf& btf, FunctionEnd end) {
  const TraceableFunctions& traceable = running_kernels();
  const FunctionNames names(btf);
  SkbFunctions list;
  list.is_traceable_known = traceable.is_known();
  for (Function& function : skb_functions(btf, end)) {
    const bool is_left_out =
        why_not_traceable(function, traceable) || names.count(function.name, function.module) > 1;
    function.has_namesake = has_namesake(function, traceable);
    (is_left_out ? list.left_out : list.found).push_back(std::move(function));
  }
  return list;
}

}  // namespace tracker
