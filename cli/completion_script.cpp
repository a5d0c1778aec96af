// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/completion_script.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <vector>

#include "cli/shell_quote.h"

namespace tracker {

namespace {

using Value = OptionWords::Value;

constexpr std::string_view kProfiles = "tracker profile list 2>/dev/null | cut -d' ' -f1";

// An option before the command works too, so what an option is does not depend on the place: of
// equal names in several commands, what either takes is offered.
struct ValueOption {
  Value value = Value::kOther;
  std::set<std::string> choices;
};

std::map<std::string, ValueOption> value_options(const CommandWords& program) {
  std::map<std::string, ValueOption> options;
  for (const CommandWords* command : flatten(program)) {
    for (const OptionWords& option : command->options) {
      if (option.value == Value::kNone) continue;
      for (const std::string& name : option.names) {
        options[name].value = option.value;
        options[name].choices.insert(option.choices.begin(), option.choices.end());
      }
    }
  }
  return options;
}

std::string value_option_names(const CommandWords& program, const char* separator) {
  std::vector<std::string> names;
  for (const auto& [name, option] : value_options(program)) names.push_back(name);
  return fmt::format("{}", fmt::join(names, separator));
}

std::string command_paths(const CommandWords& program, const char* separator) {
  std::vector<std::string> paths;
  for (const CommandWords* command : flatten(program)) {
    if (!command->path.empty()) paths.push_back(command->path);
  }
  return fmt::format("{}", fmt::join(paths, separator));
}

// Options that may stand behind a command: its own, and the program's that have a value.
std::string options_behind(const CommandWords& program, const CommandWords& command) {
  std::vector<std::string> names;
  for (const OptionWords& option : command.options)
    names.insert(names.end(), option.names.begin(), option.names.end());
  for (const OptionWords& option : program.options) {
    if (&command == &program || option.value == Value::kNone) continue;
    names.insert(names.end(), option.names.begin(), option.names.end());
  }
  return fmt::format("{}", fmt::join(names, " "));
}

// Words that may stand behind a command without a dash: its commands, what its argument may be.
std::string words_behind(const CommandWords& command) {
  std::vector<std::string> words;
  for (const CommandWords& below : command.commands) words.push_back(below.name);
  for (const OptionWords& argument : command.arguments) {
    words.insert(words.end(), argument.choices.begin(), argument.choices.end());
    if (argument.value == Value::kProfile) words.push_back(fmt::format("$({})", kProfiles));
  }
  return fmt::format("{}", fmt::join(words, " "));
}

bool takes_file(const CommandWords& command) {
  return std::any_of(command.arguments.begin(), command.arguments.end(),
                     [](const OptionWords& argument) {
                       // A profile may be a path.
                       return argument.value == Value::kFile || argument.value == Value::kProfile;
                     });
}

// What is offered behind options with a value, as branches of a `case` over the word before. Text
// with "{}" is given the words.
std::string value_branches(const CommandWords& program, std::string_view words_form,
                           std::string_view file_form, std::string_view other_form) {
  std::map<std::string, std::vector<std::string>> names;  // by what is done
  for (const auto& [name, option] : value_options(program)) {
    std::string branch(other_form);
    if (option.value == Value::kChoice) {
      branch =
          fmt::format(fmt::runtime(words_form), fmt::format("{}", fmt::join(option.choices, " ")));
    } else if (option.value == Value::kProfile) {
      branch = fmt::format(fmt::runtime(words_form), fmt::format("$({})", kProfiles));
    } else if (option.value == Value::kFile) {
      branch = file_form;
    }
    names[branch].push_back(name);
  }
  std::string text;
  for (const auto& [branch, of] : names)
    text += fmt::format("    {}) {} ;;\n", fmt::join(of, " | "), branch);
  return text;
}

// The lines of a `case` that sets `path` for bash and zsh, which agree on it. `word` walks over
// the words before the one to complete.
std::string walk(const CommandWords& program) {
  return fmt::format(
      "        if [[ -n $skip ]]; then\n"
      "            skip=\n"
      "            continue\n"
      "        fi\n"
      "        case $word in\n"
      "        {}) skip=1 ;;\n"
      "        *)\n"
      "            case $at/$word in\n"
      "            {}) at+=/$word ;;\n"
      "            esac\n"
      "            ;;\n"
      "        esac\n",
      value_option_names(program, " | "), command_paths(program, " | "));
}

}  // namespace

std::string bash_completion(const CommandWords& program) {
  std::string text = fmt::format(
      "# bash completion for tracker, as `tracker completion bash` prints it\n"
      "\n"
      "_tracker() {{\n"
      "    local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD - 1]}}\n"
      "    local at= skip= word words= options= files= i\n"
      "    COMPREPLY=()\n"
      "    # bash splits --format=json at the sign\n"
      "    [[ $cur == = ]] && cur=\n"
      "    [[ $prev == = ]] && prev=${{COMP_WORDS[COMP_CWORD - 2]}}\n"
      "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "        word=${{COMP_WORDS[i]}}\n"
      "        [[ $word == = ]] && skip=1 && continue\n"
      "{}"
      "    done\n"
      "    case $prev in\n"
      "{}"
      "    *)\n"
      "        case $at in\n",
      walk(program), value_branches(program, "words=\"{}\"", "files=1", ":"));
  for (const CommandWords* command : flatten(program))
    text += fmt::format("        '{}') options='{}' words=\"{}\" files={} ;;\n", command->path,
                        options_behind(program, *command), words_behind(*command),
                        takes_file(*command) ? "1" : "");
  return text +
         "        esac\n"
         "        [[ $cur == -* ]] && words=$options files=\n"
         "        ;;\n"
         "    esac\n"
         "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
         "    [[ -z $files ]] || compopt -o filenames 2>/dev/null\n"
         "    [[ -z $files ]] || mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- "
         "\"$cur\")\n"
         "}\n"
         "complete -F _tracker tracker\n";
}

std::string zsh_completion(const CommandWords& program) {
  std::string text = fmt::format(
      "#compdef tracker\n"
      "# zsh completion for tracker, as `tracker completion zsh` prints it\n"
      "\n"
      "_tracker() {{\n"
      "    local at= skip= word offered= options= files= i\n"
      "    for ((i = 2; i < CURRENT; i++)); do\n"
      "        word=$words[i]\n"
      "{}"
      "    done\n"
      "    case $words[CURRENT-1] in\n"
      "{}"
      "    *)\n"
      "        case $at in\n",
      walk(program), value_branches(program, "offered=\"{}\"", "files=1", ":"));
  for (const CommandWords* command : flatten(program))
    text += fmt::format("        '{}') options='{}' offered=\"{}\" files={} ;;\n", command->path,
                        options_behind(program, *command), words_behind(*command),
                        takes_file(*command) ? "1" : "");
  return text +
         "        esac\n"
         "        [[ $PREFIX == -* ]] && offered=$options files=\n"
         "        ;;\n"
         "    esac\n"
         "    compadd -- ${=offered}\n"
         "    [[ -z $files ]] || _files\n"
         "}\n"
         "\n"
         "if [[ $funcstack[1] == _tracker ]]; then _tracker \"$@\"; else compdef _tracker tracker; "
         "fi\n";
}

namespace {

std::string fish_value(const OptionWords& option) {
  switch (option.value) {
    case Value::kNone:
      return "";
    case Value::kChoice:
      return fmt::format(" -x -a {}",
                         single_quoted(fmt::format("{}", fmt::join(option.choices, " "))));
    case Value::kProfile:
      return fmt::format(" -x -a {}", single_quoted(fmt::format("({})", kProfiles)));
    case Value::kFile:
      return " -r -F";
    case Value::kOther:
      break;
  }
  return " -x";
}

// Arguments of fish's `complete` for an option's names.
std::string fish_names(const OptionWords& option) {
  std::string text;
  for (const std::string& name : option.names)
    text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  return text;
}

}  // namespace

std::string fish_completion(const CommandWords& program) {
  std::string text = fmt::format(
      "# fish completion for tracker, as `tracker completion fish` prints it\n"
      "\n"
      "function __tracker_is_at\n"
      "    set -l at ''\n"
      "    set -l skip no\n"
      "    for word in (commandline -opc)[2..-1]\n"
      "        if test $skip = yes\n"
      "            set skip no\n"
      "            continue\n"
      "        end\n"
      "        switch $word\n"
      "            case {}\n"
      "                set skip yes\n"
      "            case '*'\n"
      "                if contains -- $at/$word {}\n"
      "                    set at $at/$word\n"
      "                end\n"
      "        end\n"
      "    end\n"
      "    test \"$at\" = \"$argv[1]\"\n"
      "end\n"
      "\n"
      "complete -c tracker -f\n",
      value_option_names(program, " "), command_paths(program, " "));
  for (const OptionWords& option : program.options) {
    const bool is_everywhere = option.value != Value::kNone;
    text += fmt::format("complete -c tracker{}{}{} -d {}\n",
                        is_everywhere ? "" : " -n \"__tracker_is_at ''\"", fish_names(option),
                        fish_value(option), single_quoted(option.description));
  }
  for (const CommandWords* command : flatten(program)) {
    const std::string here =
        fmt::format("complete -c tracker -n \"__tracker_is_at '{}'\"", command->path);
    for (const CommandWords& below : command->commands)
      text += fmt::format("{} -a {} -d {}\n", here, below.name, single_quoted(below.description));
    for (const OptionWords& argument : command->arguments) {
      if (argument.value == Value::kProfile)
        text += fmt::format("{} -a {}\n", here, single_quoted(fmt::format("({})", kProfiles)));
      if (!argument.choices.empty())
        text += fmt::format("{} -a '{}'\n", here, fmt::join(argument.choices, " "));
    }
    if (takes_file(*command)) text += here + " -F\n";
    if (command == &program) continue;
    for (const OptionWords& option : command->options)
      text += fmt::format("{}{}{} -d {}\n", here, fish_names(option), fish_value(option),
                          single_quoted(option.description));
  }
  return text;
}

}  // namespace tracker
