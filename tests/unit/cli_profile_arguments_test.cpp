// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/profile_arguments.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace tracker {
namespace {

using Arguments = std::vector<std::string>;

Profile profile_of(const std::string& text) {
  auto profile = parse_profile("mine", "./mine.toml", text);
  if (!profile) {
    ADD_FAILURE() << profile.error().message;
    return {};
  }
  return *profile;
}

class ProfileArguments : public testing::Test {
 protected:
  ProfileArguments() {
    command_ = app_.add_subcommand("watch", "");
    command_->add_option("--probe", probes_)->allow_extra_args(false);
    command_->add_option("--style", style_);
    command_->add_flag("--quiet", quiet_);
    app_.add_subcommand("print", "")->add_option("--style", style_);
  }

  Arguments arguments(const std::vector<Profile>& profiles, const std::string& typed = "watch") {
    app_.parse(typed);
    return profile_arguments(*command_, profiles);
  }

  CLI::App app_;
  CLI::App* command_ = nullptr;
  std::vector<std::string> probes_;
  std::string style_;
  bool quiet_ = false;
};

TEST_F(ProfileArguments, ListsOfSeveralProfilesAddUpInOrderWithoutRepetition) {
  EXPECT_EQ(arguments({profile_of("[watch]\nprobe = [\"a\", \"b\"]\n"),
                       profile_of("[watch]\nprobe = [\"b\", \"c\"]\n")}),
            (Arguments{"--probe", "a", "--probe", "b", "--probe", "c"}));
}

TEST_F(ProfileArguments, ListsStayWhenMoreIsTyped) {
  EXPECT_EQ(arguments({profile_of("[watch]\nprobe = \"a\"\n")}, "watch --probe z"),
            (Arguments{"--probe", "a"}));
}

TEST_F(ProfileArguments, TheLastProfilesSingleValueStands) {
  EXPECT_EQ(arguments({profile_of("[watch]\nstyle = \"event\"\n"),
                       profile_of("[watch]\nstyle = \"line\"\n")}),
            (Arguments{"--style", "line"}));
}

TEST_F(ProfileArguments, WhatWasTypedOverridesASingleValue) {
  EXPECT_EQ(arguments({profile_of("[watch]\nstyle = \"event\"\n")}, "watch --style line"),
            Arguments{});
}

TEST_F(ProfileArguments, SectionsOfOtherCommandsAreLeftOut) {
  EXPECT_EQ(arguments({profile_of("[print]\nstyle = \"event\"\n")}), Arguments{});
}

TEST_F(ProfileArguments, AnEmptyValueIsAnArgumentOfItsOwn) {
  EXPECT_EQ(arguments({profile_of("[watch]\nstyle = \"\"\n")}), (Arguments{"--style", ""}));
}

TEST_F(ProfileArguments, AFlagKeepsItsValue) {
  EXPECT_EQ(arguments({profile_of("[watch]\nquiet = false\n")}), (Arguments{"--quiet=false"}));
}

TEST_F(ProfileArguments, AnUnknownKeyIsNamedWithFileAndNearestKey) {
  auto checked = check_profile(app_, profile_of("[watch]\nprobes = \"a\"\n"));
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().message,
            "profile mine (./mine.toml): unknown key 'probes' in [watch]; did you mean probe?");
  EXPECT_EQ(checked.error().kind, ErrorKind::kFailed);
}

TEST_F(ProfileArguments, AnUnknownSectionIsNamedWithTheNearestCommand) {
  auto checked = check_profile(app_, profile_of("[wach]\nprobe = \"a\"\n"));
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().message,
            "profile mine (./mine.toml): unknown section [wach]; did you mean watch?");
}

TEST_F(ProfileArguments, HelpIsNoKey) {
  auto checked = check_profile(app_, profile_of("[watch]\nhelp = true\n"));
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().message, "profile mine (./mine.toml): unknown key 'help' in [watch]");
}

TEST_F(ProfileArguments, ControlCharactersOfAKeyAreEscaped) {
  auto checked = check_profile(app_, profile_of("[watch]\n\x1b[2Jx = 1\n"));
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().message.find('\x1b'), std::string::npos) << checked.error().message;
}

}  // namespace
}  // namespace tracker
