// SPDX-License-Identifier: GPL-2.0-or-later
//
// ProgramHelp: a Program and what its `-h` lists, which completion and the manual page are compared
// with.
#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "tests/cli/program.h"

namespace tracker::cli_test {

class ProgramHelp : public Program {
 protected:
  using Words = std::vector<std::string>;

  struct Help {
    Words options;   // "-o", "--output"
    Words commands;  // in their order
  };

  // What `tracker COMMAND... -h` lists.
  Help help_of(Words command = {}) const {
    command.emplace_back("-h");
    std::istringstream lines(run(command).out);
    Help help;
    bool in_commands = false;
    for (std::string line; std::getline(lines, line);) {
      if (!line.starts_with("  ")) in_commands = line == "Subcommands:";
      if (!line.starts_with("  ") || line.starts_with("   ")) continue;
      const std::string first = line.substr(2, line.find(' ', 2) - 2);
      if (in_commands) {
        help.commands.push_back(first);
      } else if (line[2] == '-') {
        std::istringstream names(first);
        for (std::string name; std::getline(names, name, ',');) help.options.push_back(name);
      }
    }
    return help;
  }

  // The words of every command and of every part of one: {"sort"}, {"db"}, {"db", "info"} ...
  std::vector<Words> every_command() const {
    std::vector<Words> all;
    for (const std::string& command : help_of().commands) {
      all.push_back({command});
      for (const std::string& part : help_of({command}).commands) all.push_back({command, part});
    }
    return all;
  }
};

}  // namespace tracker::cli_test
