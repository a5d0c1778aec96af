// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/profile.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <sstream>
#include <string>
#include <utility>

#include "event/render.h"

namespace tracker {

namespace {

// For a terminal: a profile may be anybody's.
std::string escape_lines(const std::string& text) {
  std::string escaped;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) escaped += escape_text(line) + "\n";
  return escaped;
}

class ProfileCommand : public Command {
 public:
  explicit ProfileCommand(std::function<Result<void>(const Profile&)> check)
      : check_(std::move(check)) {}

  CLI::App* add_to(CLI::App& app) override {
    CLI::App* command = app.add_subcommand("profile", "list, show and check profiles for -p");
    list_ = command->add_subcommand("list", "list names, origins and purposes");
    show_ = command->add_subcommand("show", "print a profile");
    check_command_ = command->add_subcommand("check", "check whether a profile is valid");
    for (CLI::App* part : {show_, check_command_})
      part->add_option("NAME", name_, "a name or a path")->required();
    list_->footer("Example:\n  tracker profile list");
    show_->footer("Example:\n  tracker profile show dropmon > ./mine.toml");
    check_command_->footer("Example:\n  tracker profile check ./mine.toml");
    command->require_subcommand(1);
    command->footer(
        "Examples:\n"
        "  tracker profile list\n"
        "  tracker profile show dropmon > ./mine.toml\n"
        "  tracker profile check ./mine.toml");
    return command;
  }

  Result<int> run() override {
    if (list_->parsed()) {
      for (const Profile& profile : list_profiles())
        fmt::print("{:<12}  {:<10}  {}\n", escape_text(profile.name), escape_text(profile.origin),
                   escape_text(profile.description));
      return 0;
    }
    TRY_ASSIGN(profile, load_profile(name_));
    if (show_->parsed()) {
      fmt::print("{}", ::isatty(STDOUT_FILENO) ? escape_lines(profile.text) : profile.text);
      return 0;
    }
    TRY(check_(profile));
    fmt::print("{} ({}) is a valid profile\n", escape_text(profile.name),
               escape_text(profile.origin));
    return 0;
  }

 private:
  std::function<Result<void>(const Profile&)> check_;
  CLI::App* list_ = nullptr;
  CLI::App* show_ = nullptr;
  CLI::App* check_command_ = nullptr;
  std::string name_;
};

}  // namespace

std::unique_ptr<Command> make_profile_command(std::function<Result<void>(const Profile&)> check) {
  return std::make_unique<ProfileCommand>(std::move(check));
}

}  // namespace tracker
