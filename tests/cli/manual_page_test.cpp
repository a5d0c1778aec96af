// SPDX-License-Identifier: GPL-2.0-or-later
//
// The manual page that scripts/manual-page makes of the program's help.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "tests/cli/program_help.h"

namespace tracker::cli_test {
namespace {

class ManualPage : public ProgramHelp {
 protected:
  ManualPage() {
    const char* binary = std::getenv("TRACKER_BINARY");
    kernel_test::require(binary, "TRACKER_BINARY names no program; run these tests by ctest");
    const ProcessResult made =
        kernel_test::run_program({TRACKER_SOURCE_DIR "/scripts/manual-page", binary}, options_);
    EXPECT_EQ(made.status, 0);
    EXPECT_EQ(made.err, "");
    page_ = made.out;
  }

  // The part of the page behind ".SS tracker COMMAND" or ".SH OPTIONS".
  std::string section(const std::string& heading) const {
    const size_t begin = page_.find("\n" + heading + "\n");
    if (begin == std::string::npos) return {};
    return page_.substr(begin, page_.find("\n.S", begin + heading.size()) - begin);
  }

  // As an option stands in the page: dashes that can be searched for, and bold.
  static std::string in_page(const std::string& option) {
    std::string text = "\\fB";
    for (const char c : option) text += c == '-' ? "\\-" : std::string(1, c);
    return text + "\\fR";
  }

  std::string page_;
};

TEST_F(ManualPage, HasEveryOptionOfEveryCommand) {
  size_t options = 0;
  const auto expect_options = [&](const std::string& part, const Words& command) {
    ASSERT_FALSE(part.empty()) << command.back();
    for (const std::string& option : help_of(command).options) {
      EXPECT_NE(part.find(in_page(option)), std::string::npos) << option << " in " << part;
      ++options;
    }
  };
  for (const Words& command : every_command()) {
    std::string heading = ".SS tracker";
    for (const std::string& word : command) heading += " " + word;
    expect_options(section(heading), command);
  }
  for (const std::string& option : help_of().options)
    EXPECT_NE(section(".SH OPTIONS").find(in_page(option)), std::string::npos) << option;
  EXPECT_GT(options, 100U);
}

TEST_F(ManualPage, SaysWhatAnOptionIsOnceAndBelowIt) {
  const std::string collect = section(".SS tracker collect");
  // Short and long names, a value that fills the column, and one that does not fit it.
  EXPECT_NE(collect.find(".TP\n\\fB\\-\\-no\\-record\\fR\nmake no recording: events are shown, "
                         "with \\-\\-quiet only counted.\n"),
            std::string::npos);
  EXPECT_NE(collect.find(".TP\n\\fB\\-o\\fR, \\fB\\-\\-output\\fR \\fIFILE=tracker.db\\fR\n"
                         "write the recording to FILE; an existing one becomes FILE.old.\n"),
            std::string::npos)
      << collect;
  EXPECT_NE(collect.find(".TP\n\\fB\\-\\-track\\-size\\fR \\fIN=65536\\fR\n"
                         "track up to N packets at the same time.\n"),
            std::string::npos)
      << collect;
}

TEST_F(ManualPage, HasExamplesAndNoOpenOnes) {
  size_t begun = 0;
  size_t ended = 0;
  for (size_t at = page_.find("\n.EX\n"); at != std::string::npos;
       at = page_.find("\n.EX\n", at + 1))
    ++begun;
  for (size_t at = page_.find("\n.EE\n"); at != std::string::npos;
       at = page_.find("\n.EE\n", at + 1))
    ++ended;
  EXPECT_GE(begun, every_command().size());
  EXPECT_LE(begun - ended, 1U);  // the last may end the file
  EXPECT_NE(page_.find("tracker \\-p dropmon collect"), std::string::npos);
  EXPECT_EQ(page_.find("@"), std::string::npos);
}

}  // namespace
}  // namespace tracker::cli_test
