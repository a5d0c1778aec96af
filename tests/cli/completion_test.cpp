// SPDX-License-Identifier: GPL-2.0-or-later
//
// tracker completion: asked of bash itself, and compared with the help of every command.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "tests/cli/program_help.h"

namespace tracker::cli_test {
namespace {

class Completion : public ProgramHelp {
 protected:
  std::string script(const std::string& shell) const {
    const ProcessResult result = run({"completion", shell});
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(result.err, "");
    return result.out;
  }

  // What bash offers for the last of `typed`, in its order.
  Words offered(const Words& typed) const {
    const std::filesystem::path binary = std::getenv("TRACKER_BINARY");
    kernel_test::write_file(folder_.file("completion.bash"), script("bash"));
    Words command{"bash", "-c",
                  "PATH=$1:$PATH; shift; source ./completion.bash\n"
                  "COMP_WORDS=(\"$@\") COMP_CWORD=$(($# - 1)); _tracker; "
                  "printf '%s\\n' \"${COMPREPLY[@]}\"",
                  "bash", binary.parent_path()};
    command.insert(command.end(), typed.begin(), typed.end());
    const ProcessResult result = kernel_test::run_program(command, options_);
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.err, "");
    std::istringstream lines(result.out);
    Words words;
    for (std::string word; std::getline(lines, word);) {
      if (!word.empty()) words.push_back(word);
    }
    return words;
  }
};

TEST_F(Completion, OfTheFirstWordIsEveryCommand) {
  EXPECT_EQ(offered({"tracker", ""}), help_of().commands);
  EXPECT_EQ(offered({"tracker", "st"}), Words{"stats"});
  EXPECT_EQ(offered({"tracker", "-p", "dropmon", "ins"}), Words{"inspect"});
}

TEST_F(Completion, KnowsPartsOfCommands) {
  EXPECT_EQ(offered({"tracker", "db", "v"}), Words{"verify"});
  EXPECT_EQ(offered({"tracker", "profile", ""}), (Words{"list", "show", "check"}));
  EXPECT_EQ(offered({"tracker", "completion", ""}), (Words{"bash", "zsh", "fish"}));
}

TEST_F(Completion, OffersEveryOptionThatHelpOfACommandHas) {
  size_t options = 0;
  for (const Words& command : every_command()) {
    Words typed{"tracker"};
    typed.insert(typed.end(), command.begin(), command.end());
    typed.emplace_back("-");
    const Words there = offered(typed);
    for (const std::string& option : help_of(command).options) {
      EXPECT_NE(std::find(there.begin(), there.end(), option), there.end())
          << option << " of " << command.back();
      ++options;
    }
  }
  EXPECT_GT(options, 100U);
}

TEST_F(Completion, OffersWhatAnOptionTakes) {
  EXPECT_EQ(offered({"tracker", "sort", "--format", ""}), (Words{"json", "text"}));
  EXPECT_EQ(offered({"tracker", "sort", "--format", "=", "j"}), Words{"json"});
  EXPECT_EQ(offered({"tracker", "-p", "dr"}), Words{"dropmon"});
  EXPECT_EQ(offered({"tracker", "profile", "show", "if"}), Words{"ifdump"});
  EXPECT_EQ(offered({"tracker", "collect", "--netns", ""}), Words{});
}

TEST_F(Completion, AValueIsNoCommand) {
  EXPECT_EQ(offered({"tracker", "--netns", "sort", "dr"}), Words{"drops"});
  EXPECT_EQ(offered({"tracker", "--netns", "db", "collect", "--ring"}), Words{"--ring-size"});
}

TEST_F(Completion, OffersFilesWhereARecordingIsMeant) {
  kernel_test::write_file(folder_.file("mine.db"), "");
  EXPECT_EQ(offered({"tracker", "sort", "min"}), Words{"mine.db"});
  EXPECT_EQ(offered({"tracker", "collect", "-o", "min"}), Words{"mine.db"});
  EXPECT_EQ(offered({"tracker", "collect", "min"}), Words{});
}

TEST_F(Completion, OfOtherShellsNamesEveryOptionToo) {
  const std::string zsh = script("zsh");
  const std::string fish = script("fish");
  EXPECT_TRUE(zsh.starts_with("#compdef tracker\n")) << zsh;
  for (const Words& command : every_command()) {
    std::string path;
    for (const std::string& word : command) path += "/" + word;
    EXPECT_NE(zsh.find("'" + path + "') options='"), std::string::npos) << path;
    for (const std::string& option : help_of(command).options) {
      EXPECT_NE(zsh.find(option + " "), std::string::npos) << option;
      if (!option.starts_with("--")) continue;
      EXPECT_NE(fish.find("complete -c tracker -n \"__tracker_is_at '" + path + "'\""),
                std::string::npos)
          << path;
      EXPECT_NE(fish.find(" -l " + option.substr(2) + " "), std::string::npos) << option;
    }
  }
}

TEST_F(Completion, OfAnUnknownShellIsWrongUsage) {
  expect_refused(run({"completion", "tcsh"}), 2, {"tcsh", "bash"});
  expect_refused(run({"completion"}), 2, {"SHELL"});
}

}  // namespace
}  // namespace tracker::cli_test
