// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/inspect_facts.h"

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "cli/fit_columns.h"
#include "cli/rung_ladder.h"
#include "collector/privileges.h"
#include "event/render.h"
#include "probes/function/lookup.h"
#include "probes/tracepoint/group.h"

namespace tracker {
namespace {

struct Fact {
  std::string name;
  bool available;
  std::string detail;
  bool is_needed = false;  // nothing can be collected without
};

// What stands here is what `collect` would say. Without privileges their own fact has said it.
void add_programs(const KernelBtf& btf, bool has_privileges, std::vector<Fact>& facts) {
  const Ladder ladder = try_ladder(btf);
  if (has_privileges)
    facts.push_back(
        {"programs", ladder.first.has_value(),
         ladder.first ? fmt::format("one was loaded and attached as {}", rung_name(*ladder.first))
                      : ladder.refusal,
         true});
  for (const LadderStep& step : ladder.steps) facts.push_back({step.name, step.works, step.detail});
}

Fact functions_fact(const KernelBtf& btf) {
  const SkbFunctions functions = list_functions(btf, FunctionEnd::kBeginning);
  const size_t all = functions.found.size() + functions.left_out.size();
  const std::string traceable =
      functions.is_traceable_known
          ? fmt::format("{} of {} can be traced", functions.found.size(), all)
          : fmt::format("{}; which of them can be traced is not known", all);
  return {"functions with an skb", all > 0, traceable + "; list them with --probes 'fn:*'"};
}

std::vector<Fact> all_facts(const Result<KernelBtf>& btf) {
  std::vector<Fact> facts;
  facts.push_back({"type information (BTF)", btf.has_value(),
                   btf ? "/sys/kernel/btf/vmlinux" : btf.error().message, true});
  const auto privileges = check_privileges();
  facts.push_back({"privileges", privileges.has_value(),
                   privileges ? "CAP_BPF and CAP_PERFMON" : privileges.error().message, true});
  if (btf) add_programs(*btf, privileges.has_value(), facts);
  const bool has_groups = TracepointGroups().is_readable();
  facts.push_back({"tracefs", has_groups,
                   has_groups ? "groups of tracepoints are checked"
                              : "only the groups of well-known tracepoints are checked"});
  if (!btf) return facts;
  const size_t reasons = btf->drop_reasons().size();
  facts.push_back({"drop reasons", reasons > 0,
                   reasons > 0 ? fmt::format("{} reasons, {} subsystems", reasons,
                                             btf->drop_subsystems().size())
                               : "a kernel before 5.17: the place of a drop has to answer"});
  facts.push_back(
      {"tracepoints with an skb", true,
       fmt::format("{}; list them with --probes 'tp:*'", btf->skb_tracepoints().size())});
  facts.push_back(functions_fact(*btf));
  return facts;
}

}  // namespace

bool print_facts(const Result<KernelBtf>& btf, OutputFormat format) {
  const bool json = format == OutputFormat::kJson;
  bool can_collect = true;
  utsname host{};
  ::uname(&host);
  if (!json) fmt::print("kernel  {}\n", host.release);
  for (const Fact& fact : all_facts(btf)) {
    if (fact.is_needed && !fact.available) can_collect = false;
    if (json) {
      const nlohmann::ordered_json row{{"kernel", host.release},
                                       {"fact", fact.name},
                                       {"available", fact.available},
                                       {"detail", escape_text(fact.detail)}};
      fmt::print("{}\n", row.dump());
    } else {
      // a sentence can be long
      fmt::print("{}", fit_columns(fmt::format("{:<3}  {:<24}  {}\n", fact.available ? "yes" : "no",
                                               fact.name, escape_text(fact.detail)),
                                   terminal_columns(STDOUT_FILENO)));
    }
  }
  return can_collect;
}

}  // namespace tracker
