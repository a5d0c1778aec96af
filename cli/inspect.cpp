// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/inspect.h"

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "cli/inspect_facts.h"
#include "cli/inspect_probes.h"
#include "cli/inspect_why.h"
#include "cli/output.h"
#include "cli/selection_options.h"
#include "probes/kernel_btf.h"
#include "probes/probe_kind.h"

namespace tracker {

namespace {

struct InspectOptions {
  std::optional<std::string> probes;  // pattern
  std::optional<std::string> why;     // target
  OutputFormat format = OutputFormat::kText;
};

class InspectCommand : public Command {
 public:
  CLI::App* add_to(CLI::App& app) override {
    CLI::App* command =
        app.add_subcommand("inspect", "show what this kernel permits and which probes exist");
    command
        ->add_option("--probes", options_.probes,
                     "list tracepoints and functions with an skb by target or name")
        ->type_name("PATTERN");
    command
        ->add_option("--why", options_.why, "say how collect would watch TARGET, or why it cannot")
        ->type_name("TARGET");
    add_format_option(*command, options_.format);
    command->footer(
        "What this kernel permits is tried: a program is loaded, attached and removed\n"
        "again without reading a packet. --probes tries one probe of each kind, --why\n"
        "the target itself.\n"
        "Examples:\n"
        "  tracker inspect                      what this kernel permits\n"
        "  tracker inspect --probes 'tp:net:*'  tracepoints of a group\n"
        "  tracker inspect --probes '*drop*'    tracepoints and functions by name\n"
        "  tracker inspect --probes 'fn:ip_*'   functions by name\n"
        "  tracker inspect --why fn:ip_rcv      whether collect --probe fn:ip_rcv works\n"
        "Exit status 1: nothing can be collected here; with --probes, nothing matches;\n"
        "with --why, that of collect.");
    return command;
  }

  Result<void> check() override {
    if (options_.probes && options_.why)
      return wrong_usage("--probes lists and --why explains: leave one of them out");
    if (options_.why) return check_target(*options_.why);
    return {};
  }

  Result<int> run() override {
    Result<KernelBtf> btf = KernelBtf::load();
    if (!options_.probes && !options_.why) return print_facts(btf, options_.format) ? 0 : 1;
    if (!btf) return btf.error();
    if (options_.why) return explain_target(*btf, *options_.why, options_.format);
    TRY(list_probes(*btf, *options_.probes, options_.format));
    return 0;
  }

 private:
  InspectOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_inspect_command() { return std::make_unique<InspectCommand>(); }

}  // namespace tracker
