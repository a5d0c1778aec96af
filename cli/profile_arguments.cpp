// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/profile_arguments.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "cli/nearest.h"
#include "event/render.h"
#include "profiles/merge.h"

namespace tracker {

namespace {

bool is_list(const CLI::App& command, const std::string& key) {
  const CLI::Option* option = command.get_option_no_throw("--" + key);
  return option && option->get_expected_max() > 1;
}

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    if (option == command.get_help_ptr()) continue;
    for (const std::string& name : option->get_lnames()) names.push_back(name);
  }
  return names;
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  return names;
}

const CLI::App* find_command(const CLI::App& app, const std::string& name) {
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_name() == name) return command;
  }
  return nullptr;
}

// Of an option with a value, name and value are two arguments: CLI11 takes an empty value after "="
// for none, and the next argument for the value. A flag has its value only after "=".
void add_argument(const CLI::Option& option, const std::string& key, const std::string& value,
                  std::vector<std::string>& arguments) {
  if (option.get_expected_min() == 0) {
    arguments.push_back(fmt::format("--{}={}", key, value));
  } else {
    arguments.push_back("--" + key);
    arguments.push_back(value);
  }
}

std::string suggestion(const std::string& name) {
  return name.empty() ? "" : "; did you mean " + name + "?";
}

}  // namespace

Result<void> check_profile(const CLI::App& app, const Profile& profile) {
  for (const ProfileItem& item : profile.items) {
    const CLI::App* command = find_command(app, item.section);
    if (!command)
      return Error{fmt::format("profile {} ({}): unknown section [{}]{}", profile.name,
                               profile.origin, escape_text(item.section),
                               suggestion(nearest(item.section, command_names(app))))};
    const CLI::Option* option = command->get_option_no_throw("--" + item.key);
    if (!option || option == command->get_help_ptr())
      return Error{fmt::format("profile {} ({}): unknown key '{}' in [{}]{}", profile.name,
                               profile.origin, escape_text(item.key), item.section,
                               suggestion(nearest(item.key, option_names(*command))))};
  }
  return {};
}

std::vector<std::string> profile_arguments(const CLI::App& command,
                                           const std::vector<Profile>& profiles) {
  std::vector<std::string> arguments;
  auto list = [&](const std::string& key) { return is_list(command, key); };
  for (const ProfileItem& item : merge_items(profiles, command.get_name(), list)) {
    const CLI::Option* option = command.get_option_no_throw("--" + item.key);
    if (!option || (!list(item.key) && option->count() > 0)) continue;
    for (const std::string& value : item.values) add_argument(*option, item.key, value, arguments);
  }
  return arguments;
}

}  // namespace tracker
