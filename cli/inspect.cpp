// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/inspect.h"

#include <fmt/format.h>
#include <fnmatch.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/say.h"
#include "cli/fit_columns.h"
#include "collector/privileges.h"
#include "event/render.h"
#include "probes/kernel_btf.h"
#include "probes/tracepoint/group.h"
#include "probes/tracepoint/lookup.h"
#include "probes/trial.h"

namespace tracker {

namespace {

struct InspectOptions {
  std::optional<std::string> probes;  // pattern
  std::string format = "text";
};

struct ListedProbe {
  std::string target;
  std::string module;
  TracepointArgs args;
};

struct ProbeList {
  std::vector<ListedProbe> probes;
  size_t without_group = 0;  // of all tracepoints, those that no pattern with a group can match
};

// A pattern is compared with the whole target (tp:net:*) and with the tracepoint's name (net*).
ProbeList list_probes(const KernelBtf& btf, const std::string& pattern) {
  const TracepointGroups all_groups;
  ProbeList list;
  for (const Tracepoint* tracepoint : btf.skb_tracepoints()) {
    std::vector<std::string> groups = all_groups.of(tracepoint->name);
    if (groups.empty()) {
      ++list.without_group;
      groups.emplace_back("?");
    }
    for (const std::string& group : groups) {
      std::string target = fmt::format("tp:{}:{}", group, tracepoint->name);
      if (::fnmatch(pattern.c_str(), target.c_str(), 0) == 0 ||
          ::fnmatch(pattern.c_str(), tracepoint->name.c_str(), 0) == 0)
        list.probes.push_back({target, tracepoint->module, tracepoint->args});
    }
  }
  return list;
}

std::string arguments_text(const TracepointArgs& args) {
  std::string text = "skb";
  if (args.sock >= 0) text += " sock";
  if (args.dev >= 0) text += " dev";
  if (args.reason >= 0) text += " reason";
  if (args.location >= 0) text += " location";
  if (args.return_code >= 0) text += " rc";
  return text;
}

// A sentence of one of the facts can be long.
void print_line(std::string line) {
  fmt::print("{}", fit_columns(std::move(line), terminal_columns(STDOUT_FILENO)));
}

void print_probes_text(const std::vector<ListedProbe>& probes) {
  size_t width = 0;
  for (const ListedProbe& probe : probes) width = std::max(width, probe.target.size());
  for (const ListedProbe& probe : probes)
    fmt::print("{:<{}}  {}{}\n", probe.target, width, arguments_text(probe.args),
               probe.module.empty() ? "" : fmt::format("  [{}]", escape_text(probe.module)));
}

void print_probes_json(const std::vector<ListedProbe>& probes) {
  for (const ListedProbe& probe : probes) {
    nlohmann::ordered_json row{{"target", probe.target}, {"arguments", arguments_text(probe.args)}};
    if (!probe.module.empty()) row["module"] = escape_text(probe.module);
    fmt::print("{}\n", row.dump());
  }
}

struct Fact {
  std::string name;
  bool available;
  std::string detail;
  bool is_needed = false;  // nothing can be collected without
};

// What stands here is what `collect` would say.
Fact programs_fact(const KernelBtf& btf) {
  const auto tried = try_programs(btf);
  return {"programs", tried.has_value(),
          tried ? fmt::format("one was loaded and attached as {}", *tried) : tried.error().message,
          true};
}

std::vector<Fact> facts(const Result<KernelBtf>& btf) {
  std::vector<Fact> found;
  found.push_back({"type information (BTF)", btf.has_value(),
                   btf ? "/sys/kernel/btf/vmlinux" : btf.error().message, true});
  auto privileges = check_privileges();
  found.push_back({"privileges", privileges.has_value(),
                   privileges ? "CAP_BPF and CAP_PERFMON" : privileges.error().message, true});
  if (btf && privileges) found.push_back(programs_fact(*btf));
  const bool has_groups = TracepointGroups().is_readable();
  found.push_back({"tracefs", has_groups,
                   has_groups ? "groups of tracepoints are checked"
                              : "only the groups of well-known tracepoints are checked"});
  if (!btf) return found;
  size_t reasons = btf->drop_reasons().size();
  found.push_back({"drop reasons", reasons > 0,
                   reasons > 0 ? fmt::format("{} reasons, {} subsystems", reasons,
                                             btf->drop_subsystems().size())
                               : "a kernel before 5.17: the place of a drop has to answer"});
  found.push_back({"tracepoints with an skb", true,
                   fmt::format("{}; list them with --probes '*'", btf->skb_tracepoints().size())});
  return found;
}

// Whether a collection can work here.
bool print_facts(const Result<KernelBtf>& btf, bool json) {
  bool can_collect = true;
  utsname host{};
  ::uname(&host);
  if (!json) fmt::print("kernel  {}\n", host.release);
  for (const Fact& fact : facts(btf)) {
    if (fact.is_needed && !fact.available) can_collect = false;
    if (json) {
      nlohmann::ordered_json row{{"kernel", host.release},
                                 {"fact", fact.name},
                                 {"available", fact.available},
                                 {"detail", fact.detail}};
      fmt::print("{}\n", row.dump());
    } else {
      print_line(fmt::format("{:<3}  {:<24}  {}\n", fact.available ? "yes" : "no", fact.name,
                             fact.detail));
    }
  }
  return can_collect;
}

class InspectCommand : public Command {
 public:
  CLI::App* add_to(CLI::App& app) override {
    CLI::App* command =
        app.add_subcommand("inspect", "show what this kernel permits and which probes exist");
    command
        ->add_option("--probes", options_.probes,
                     "list tracepoints with an skb whose target or name matches PATTERN")
        ->type_name("PATTERN");
    command->add_option("--format", options_.format, "text or json")
        ->check(CLI::IsMember({"text", "json"}))
        ->capture_default_str();
    command->footer(
        "Exit status 1: nothing can be collected here; the line says why.\n"
        "Examples:\n"
        "  tracker inspect                      what this kernel permits\n"
        "  tracker inspect --probes 'tp:net:*'  tracepoints of a group\n"
        "  tracker inspect --probes '*drop*'    tracepoints by name");
    return command;
  }

  Result<int> run() override {
    Result<KernelBtf> btf = KernelBtf::load();
    bool json = options_.format == "json";
    if (!options_.probes) {
      return print_facts(btf, json) ? 0 : 1;
    }
    if (!btf) return btf.error();
    const ProbeList list = list_probes(*btf, *options_.probes);
    const std::string unknown_groups =
        list.without_group != 0 && options_.probes->find(':') != std::string::npos
            ? fmt::format("the group of {} of them is not known, because {}", list.without_group,
                          kTracefsHint)
            : "";
    if (list.probes.empty())
      return Error{fmt::format("no tracepoint with an skb matches '{}'{}{}", *options_.probes,
                               unknown_groups.empty() ? "" : "; ", unknown_groups)};
    json ? print_probes_json(list.probes) : print_probes_text(list.probes);
    if (!unknown_groups.empty()) say(fmt::format("tracker: {}\n", unknown_groups));
    return 0;
  }

 private:
  InspectOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_inspect_command() { return std::make_unique<InspectCommand>(); }

}  // namespace tracker
