// SPDX-License-Identifier: GPL-2.0-or-later
//
// The commands and options that CLI11 holds, as plain values: what shells complete.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace tracker {

struct OptionWords {
  enum class Value { kNone, kChoice, kFile, kProfile, kOther };

  std::vector<std::string> names;  // "-o", "--output"
  std::string description;
  Value value = Value::kNone;
  std::vector<std::string> choices;  // of kChoice
};

struct CommandWords {
  std::string path;  // "" for the program, "/db/info"
  std::string name;  // "info"
  std::string description;
  std::vector<OptionWords> options;    // its own; those of the commands above it work too
  std::vector<OptionWords> arguments;  // positional, without names
  std::vector<CommandWords> commands;
};

// All of a program, commands in the order of its help.
CommandWords describe_commands(const CLI::App& app);

// `command` and all below it.
std::vector<const CommandWords*> flatten(const CommandWords& command);

}  // namespace tracker
