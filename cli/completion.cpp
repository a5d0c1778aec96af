// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/completion.h"

#include <CLI/CLI.hpp>
#include <string>

#include "cli/completion_script.h"
#include "cli/output.h"

namespace tracker {
namespace {

class CompletionCommand : public Command {
 public:
  CLI::App* add_to(CLI::App& app) override {
    program_ = &app;
    CLI::App* command = app.add_subcommand("completion", "print a completion script for a shell");
    command->add_option("SHELL", shell_, "bash, zsh or fish")
        ->check(CLI::IsMember({"bash", "zsh", "fish"}).description(""))
        ->type_name("bash|zsh|fish")
        ->required();
    command->footer(
        "Examples:\n"
        "  tracker completion bash > ~/.local/share/bash-completion/completions/tracker\n"
        "  tracker completion fish > ~/.config/fish/completions/tracker.fish\n"
        "  source <(tracker completion zsh)   in ~/.zshrc, behind compinit");
    return command;
  }

  Result<int> run() override {
    const CommandWords program = describe_commands(*program_);
    TRY_ASSIGN(output, Output::open(Output::Lines::kAsTheyAre));
    TRY(output->write(shell_ == "bash"  ? bash_completion(program)
                      : shell_ == "zsh" ? zsh_completion(program)
                                        : fish_completion(program)));
    TRY(output->close());
    return 0;
  }

 private:
  const CLI::App* program_ = nullptr;
  std::string shell_;
};

}  // namespace

std::unique_ptr<Command> make_completion_command() { return std::make_unique<CompletionCommand>(); }

}  // namespace tracker
