// SPDX-License-Identifier: GPL-2.0-or-later
//
// tracker: the list of commands, in the order of help. Here alone errors are printed and the exit
// status is chosen: 0 done, 1 failed, 2 wrong usage (diff will add 3: differs).
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <signal.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/say.h"
#include "cli/collect.h"
#include "cli/command.h"
#include "cli/completion.h"
#include "cli/db.h"
#include "cli/drops.h"
#include "cli/fit_columns.h"
#include "cli/help_format.h"
#include "cli/inspect.h"
#include "cli/nearest.h"
#include "cli/print.h"
#include "cli/profile.h"
#include "cli/profile_arguments.h"
#include "cli/replay.h"
#include "cli/sort.h"
#include "cli/stats.h"
#include "event/render.h"
#include "profiles/profile.h"

namespace tracker {

namespace {

constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;

struct ListedCommand {
  std::unique_ptr<Command> command;
  CLI::App* app = nullptr;
};

int report(const Error& error) {
  say_fitted(fmt::format("tracker: {}\n", escape_text(error.message)));
  return error.kind == ErrorKind::kWrongUsage ? kWrongUsage : kFailed;
}

void add_option_names(const CLI::App& app, std::vector<std::string>& names) {
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
}

// What was typed and not understood, with the nearest thing that would have been.
std::string unknown_argument(const CLI::App& app, const CLI::App& used,
                             const std::vector<std::string>& extras) {
  auto option = std::find_if(extras.begin(), extras.end(),
                             [](const std::string& extra) { return extra.starts_with("-"); });
  const std::string& extra = option == extras.end() ? extras.front() : *option;
  std::vector<std::string> names;
  std::string kind = "argument";
  if (option != extras.end()) {
    kind = "option";
    add_option_names(used, names);
    add_option_names(app, names);
  } else {
    // Where commands are to be chosen from, nothing else can be meant.
    for (const CLI::App* command : used.get_subcommands([](const CLI::App*) { return true; }))
      names.push_back(command->get_name());
    if (!names.empty()) kind = "command";
  }
  const bool has_format = std::find(names.begin(), names.end(), "--format") != names.end();
  std::string best = extra == "--json" && has_format ? "--format json" : nearest(extra, names);
  std::string help;
  if (!best.empty()) {
    help = fmt::format("; did you mean {}?", best);
  } else if (kind == "command" && &used != &app) {
    help = fmt::format("; there are {}", fmt::join(names, ", "));
  }
  return fmt::format("unknown {} '{}'{}", kind, extra, help);
}

// "--netns=" as two arguments: CLI11 would take the argument after it for the value.
std::vector<std::string> split_empty_values(const std::vector<std::string>& typed) {
  std::vector<std::string> arguments;
  for (const std::string& argument : typed) {
    bool is_empty_value = argument.starts_with("--") && argument.find('=') == argument.size() - 1;
    arguments.push_back(is_empty_value ? argument.substr(0, argument.size() - 1) : argument);
    if (is_empty_value) arguments.emplace_back();
  }
  return arguments;
}

std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

// CLI11's sentence on one line, or ours.
Error usage_error(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App* used = &app;
  std::string path;
  while (!used->get_subcommands().empty()) {
    used = used->get_subcommands().front();
    path += used->get_name() + " ";
  }
  std::string message = one_line(error.what());
  // With a fall-through to the program's own options, the program holds what a command left over.
  std::vector<std::string> extras = app.remaining(true);
  if (!extras.empty()) message = unknown_argument(app, *used, extras);
  return wrong_usage(fmt::format("{} (see tracker {}-h)", message, path));
}

class Program {
 public:
  Program() {
    fit_help(app_, terminal_columns(STDOUT_FILENO));
    app_.description(
        "A packet-flow tracker: where a packet went, why it stopped and what to do about it.");
    app_.footer(
        "Examples:\n"
        "  tracker -p dropmon collect   record every dropped packet until Ctrl-C\n"
        "  tracker sort                 a timeline per packet\n"
        "  tracker drops                drops counted by reason and place\n"
        "  tracker COMMAND -h           options and examples of a command");
    app_.set_version_flag("--version", "tracker " TRACKER_VERSION);
    app_.require_subcommand(1);
    app_.allow_extras(false);
    app_.add_option("-p,--profile", profile_names_, "use a profile (several add up)")
        ->type_name("NAME")
        ->allow_extra_args(false);
    add(make_collect_command());
    add(make_print_command());
    add(make_sort_command());
    add(make_drops_command());
    add(make_stats_command());
    add(make_replay_command());
    add(make_db_command());
    add(make_inspect_command());
    add(make_profile_command(
        [this](const Profile& profile) { return check_names_and_values(profile); }));
    add(make_completion_command());
  }

  int run(int argc, char** argv) {
    std::vector<std::string> typed = command_first(split_empty_values({argv + 1, argv + argc}));
    auto status = parse_and_run(typed);
    return status ? *status : report(status.error());
  }

 private:
  void add(std::unique_ptr<Command> command) {
    CLI::App* app = command->add_to(app_);
    app->fallthrough();
    commands_.push_back({std::move(command), app});
  }

  // Options work before the command too (`tracker --netns blue collect`): the command's name is
  // put in front of them. A word after an option that takes a value is that value.
  std::vector<std::string> command_first(std::vector<std::string> typed) const {
    for (size_t i = 0; i < typed.size(); ++i) {
      if (i > 0 && takes_value(typed[i - 1])) continue;
      if (!find_listed(typed[i])) continue;
      std::rotate(typed.begin(), typed.begin() + static_cast<ptrdiff_t>(i),
                  typed.begin() + static_cast<ptrdiff_t>(i) + 1);
      break;
    }
    return typed;
  }

  const CLI::App* find_listed(const std::string& name) const {
    for (const ListedCommand& listed : commands_) {
      if (listed.app->get_name() == name) return listed.app;
    }
    return nullptr;
  }

  bool takes_value(const std::string& word) const {
    auto has = [&](const CLI::App& app) {
      const CLI::Option* option = word.starts_with("-") ? app.get_option_no_throw(word) : nullptr;
      return option && option->get_expected_max() > 0;
    };
    return has(app_) || std::any_of(commands_.begin(), commands_.end(),
                                    [&](const auto& listed) { return has(*listed.app); });
  }

  // CLI11 takes arguments from the back of a vector.
  void parse(std::vector<std::string> arguments) {
    std::reverse(arguments.begin(), arguments.end());
    app_.parse(arguments);
  }

  Result<void> check_names_and_values(const Profile& profile) const {
    TRY(check_profile(app_, profile));
    std::set<std::string> sections;
    for (const ProfileItem& item : profile.items) sections.insert(item.section);
    for (const std::string& section : sections) TRY(Program().try_section(profile, section));
    return {};
  }

  // Whether the options of a command take the values that a profile has for them. The program that
  // tries it is of no further use.
  Result<void> try_section(const Profile& profile, const std::string& section) {
    std::vector<std::string> arguments =
        profile_arguments(*app_.get_subcommand(section), {profile});
    arguments.insert(arguments.begin(), section);
    const auto problem = [&](const std::string& sentence) {
      return Error{
          fmt::format("profile {} ({}): [{}] {}", profile.name, profile.origin, section, sentence)};
    };
    try {
      parse(arguments);
    } catch (const CLI::RequiredError&) {  // what a profile leaves to be typed
      return {};
    } catch (const CLI::Error& error) {
      return problem(one_line(error.what()));
    }
    for (ListedCommand& listed : commands_) {
      if (!listed.app->parsed()) continue;
      if (auto checked = listed.command->check(); !checked) return problem(checked.error().message);
    }
    return {};
  }

  Result<int> parse_and_run(const std::vector<std::string>& typed) {
    try {
      parse(typed);
      if (!profile_names_.empty()) TRY(apply_profiles(typed));
    } catch (const CLI::Success& success) {  // -h, --version
      return app_.exit(success);
    } catch (const CLI::ParseError& error) {
      return usage_error(app_, error);
    }
    for (ListedCommand& listed : commands_) {
      if (!listed.app->parsed()) continue;
      TRY(listed.command->check());
      return listed.command->run();
    }
    return wrong_usage("no command given (see tracker -h)");
  }

  // Parses again with what the profiles say in front of what was typed.
  Result<void> apply_profiles(const std::vector<std::string>& typed) {
    std::vector<Profile> profiles;
    for (const std::string& name : profile_names_) {
      TRY_ASSIGN(profile, load_profile(name));
      TRY(check_names_and_values(profile));
      profiles.push_back(std::move(profile));
    }
    const CLI::App* command = app_.get_subcommands().front();
    std::vector<std::string> arguments = profile_arguments(*command, profiles);
    if (arguments.empty()) return {};
    arguments.insert(arguments.begin(), command->get_name());
    arguments.insert(arguments.end(), typed.begin() + 1, typed.end());
    parse(arguments);
    return {};
  }

  CLI::App app_{"", "tracker"};
  std::vector<std::string> profile_names_;
  std::vector<ListedCommand> commands_;
};

}  // namespace

}  // namespace tracker

int main(int argc, char** argv) {
  ::signal(SIGPIPE, SIG_IGN);
  try {
    return tracker::Program().run(argc, argv);
  } catch (const std::exception& error) {  // memory, in practice
    tracker::say(fmt::format("tracker: {}\n", error.what()));
    return 1;
  }
}
