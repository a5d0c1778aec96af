// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/command_words.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>
#include <string_view>

namespace tracker {

namespace {

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

// What help shows for a value: "text|json", "TEXT:{text,json}" where it is one of a list. In
// capitals stands what is to be replaced: "NAME|PATH|INUM".
std::vector<std::string> choices_of(const std::string& type) {
  const size_t open = type.find('{');
  const size_t close = type.find('}');
  if (open < close && close != std::string::npos)
    return split(type.substr(open + 1, close - open - 1), ',');
  const bool is_list = !type.empty() && std::all_of(type.begin(), type.end(), [](char c) {
    return c == '|' || (c >= 'a' && c <= 'z');
  });
  return is_list ? split(type, '|') : std::vector<std::string>();
}

OptionWords describe_option(const CLI::Option& option) {
  OptionWords words;
  for (const std::string& name : option.get_snames()) words.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) words.names.push_back("--" + name);
  words.description = option.get_description();
  if (option.get_expected_max() == 0) return words;
  const std::string type = option.get_type_name();
  words.choices = choices_of(type);
  const auto is_named = [&](std::string_view name) {
    return std::find(words.names.begin(), words.names.end(), name) != words.names.end();
  };
  if (!words.choices.empty()) {
    words.value = OptionWords::Value::kChoice;
  } else if (is_named("--profile")) {
    words.value = OptionWords::Value::kProfile;
  } else if (type == "FILE" || option.get_name() == "FILE") {
    words.value = OptionWords::Value::kFile;
  } else {
    words.value = OptionWords::Value::kOther;
  }
  return words;
}

CommandWords describe(const CLI::App& app, const std::string& path) {
  CommandWords words{path, app.get_name(), app.get_description(), {}, {}, {}};
  for (const CLI::Option* option : app.get_options()) {
    OptionWords described = describe_option(*option);
    if (!option->get_positional()) {
      words.options.push_back(std::move(described));
      continue;
    }
    // What `profile show` and `profile check` take.
    if (path.starts_with("/profile/")) described.value = OptionWords::Value::kProfile;
    words.arguments.push_back(std::move(described));
  }
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    words.commands.push_back(describe(*command, path + "/" + command->get_name()));
  return words;
}

}  // namespace

CommandWords describe_commands(const CLI::App& app) { return describe(app, ""); }

std::vector<const CommandWords*> flatten(const CommandWords& command) {
  std::vector<const CommandWords*> all{&command};
  for (const CommandWords& below : command.commands) {
    const std::vector<const CommandWords*> of_it = flatten(below);
    all.insert(all.end(), of_it.begin(), of_it.end());
  }
  return all;
}

}  // namespace tracker
