// SPDX-License-Identifier: GPL-2.0-or-later
//
// tracker profile, and profiles that cannot be used.
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "tests/cli/program.h"

namespace tracker::cli_test {
namespace {

class ProfileCommand : public Program {
 protected:
  // A profile of the test's own; its path, as typed.
  std::string write(const std::string& text) const {
    kernel_test::write_file(folder_.file("mine.toml"), text);
    return "./mine.toml";
  }
};

TEST_F(ProfileCommand, ListNamesTheBuiltInOnesAndWhatTheyAreFor) {
  const ProcessResult result = run({"profile", "list"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.err, "");
  EXPECT_NE(result.out.find("dropmon       built in    Every dropped packet"), std::string::npos)
      << result.out;
  EXPECT_NE(result.out.find("ifdump        built in    "), std::string::npos) << result.out;
}

TEST_F(ProfileCommand, ShowGivesTheTextAsItIs) {
  const std::string text = "# Three.\n[collect]\ncount = 3   # enough\n";
  const ProcessResult result = run({"profile", "show", write(text)});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.out, text);
}

TEST_F(ProfileCommand, WhatShowGivesCanBeUsedAsAProfile) {
  const ProcessResult shown = run({"profile", "show", "dropmon"});
  ASSERT_EQ(shown.status, 0) << shown.err;
  const ProcessResult checked = run({"profile", "check", write(shown.out)});
  EXPECT_EQ(checked.status, 0) << checked.err;
  EXPECT_EQ(checked.out, "mine (./mine.toml) is a valid profile\n");
}

TEST_F(ProfileCommand, EveryBuiltInProfileIsValid) {
  for (const char* name : {"dropmon", "ifdump"}) {
    const ProcessResult result = run({"profile", "check", name});
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(result.out, std::string(name) + " (built in) is a valid profile\n");
  }
}

TEST_F(ProfileCommand, CheckNamesAnUnknownKeyAndTheNearestOne) {
  expect_refused(run({"profile", "check", write("[collect]\nprobes = [\"tp:a:b\"]\n")}), 1,
                 {"./mine.toml", "'probes'", "[collect]", "did you mean probe?"});
}

TEST_F(ProfileCommand, CheckNamesAnUnknownSection) {
  expect_refused(run({"profile", "check", write("[colect]\ncount = 3\n")}), 1,
                 {"./mine.toml", "[colect]", "did you mean collect?"});
}

TEST_F(ProfileCommand, CheckNamesAKeyOutsideASection) {
  expect_refused(run({"profile", "check", write("count = 3\n")}), 1, {"./mine.toml", "'count'"});
}

TEST_F(ProfileCommand, AMissingNameIsWrongUsage) {
  expect_refused(run({"profile", "show"}), 2, {"NAME"});
}

TEST_F(ProfileCommand, AnUnknownNameIsAnsweredWithTheKnownOnes) {
  expect_refused(run({"profile", "show", "dropmom"}), 1, {"dropmom", "dropmon", "ifdump"});
}

TEST_F(ProfileCommand, WhatAProfileSaysCannotControlTheTerminal) {
  expect_refused(run({"profile", "check", write("[\"\x1b[31m\"]\ncount = 3\n")}), 1, {});
  const ProcessResult result = run({"profile", "check", write("[\"\x1b[31m\"]\ncount = 3\n")});
  EXPECT_EQ(result.err.find('\x1b'), std::string::npos) << result.err;
}

TEST_F(ProfileCommand, CollectRefusesAProfileWithAnUnknownKeyBeforeAnythingElse) {
  expect_refused(run({"-p", write("[collect]\nnosuch = 1\n"), "collect"}), 1,
                 {"./mine.toml", "'nosuch'"});
  EXPECT_FALSE(kernel_test::file_exists(folder_.file("tracker.db")));
}

TEST_F(ProfileCommand, AValueOfAProfileIsCheckedLikeATypedOneAndTheProfileNamed) {
  expect_refused(run({"-p", write("[collect]\nprobe = [\"tp:skb\"]\n"), "collect"}), 1,
                 {"./mine.toml", "'tp:skb'", "tp:GROUP:NAME"});
}

TEST_F(ProfileCommand, CheckRefusesEveryValueThatTheCommandWouldRefuse) {
  const std::pair<std::string, std::string> cases[] = {
      {"[collect]\nring-size = \"5000\"\n", "--ring-size 5000"},
      {"[collect]\nring-size = \"4Q\"\n", "'4Q' is not a size"},
      {"[collect]\nnetns = [\"blue\", \"4294967296\"]\n", "--netns 4294967296"},
      {"[collect]\noutput = \"x.db\"\nno-record = true\n", "--no-record makes none"},
      {"[drops]\nby = [\"reason\", \"colour\"]\n", "no key 'colour'"},
      {"[drops]\nby = \"reason,reason\"\n", "reason"},
      {"[sort]\nsince = \"yesterday\"\n", "'yesterday' is not a time"},
      {"[print]\nfilter = \"udp prot 9\"\n", "udp prot 9"},
      {"[stats]\npacket = \"xyz\"\n", "'xyz' is not a packet id"},
  };
  for (const auto& [text, says] : cases) {
    SCOPED_TRACE(text);
    expect_refused(run({"profile", "check", write(text)}), 1, {"mine (./mine.toml)", says});
  }
}

TEST_F(ProfileCommand, AListOfGroupsIsUsedByDrops) {
  const std::string path = write("[drops]\nby = [\"netns\", \"reason\"]\n");
  const ProcessResult checked = run({"profile", "check", path});
  EXPECT_EQ(checked.status, 0) << checked.err;
  // Only the recording is missing.
  expect_refused(run({"-p", path, "drops", "none.db"}), 1, {"no such recording: none.db"});
}

TEST_F(ProfileCommand, WhatIsTypedGoesBeforeTheProfile) {
  // Were the profile's the one that counts, the sentence would be none.
  expect_refused(run({"-p", write("[collect]\nprobe = [\"tp:a:b\"]\nring-size = \"4K\"\n"),
                      "collect", "--ring-size", "6"}),
                 2, {"--ring-size 6"});
}

}  // namespace
}  // namespace tracker::cli_test
