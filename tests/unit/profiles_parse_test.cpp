// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <string>

#include "profiles/profile.h"

namespace tracker {
namespace {

void expect_refused(const std::string& text, const std::string& says) {
  auto parsed = parse_profile("mine", "/there/mine.toml", text);
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().kind, ErrorKind::kFailed);
  EXPECT_NE(parsed.error().message.find(says), std::string::npos) << parsed.error().message;
  EXPECT_NE(parsed.error().message.find("/there/mine.toml"), std::string::npos)
      << parsed.error().message;
}

TEST(ParseProfile, ItemsKeepSectionKeyValuesAndOrder) {
  auto parsed = parse_profile("mine", "here",
                              "# Slow packets.\n[collect]\nprobe = [\"tp:a:b\", \"tp:c:*/stack\"]\n"
                              "snaplen = 64\nquiet = true\n[print]\nstyle = \"line\"\n");
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->name, "mine");
  EXPECT_EQ(parsed->origin, "here");
  EXPECT_EQ(parsed->description, "Slow packets.");
  EXPECT_EQ(parsed->items,
            (std::vector<ProfileItem>{{"collect", "probe", {"tp:a:b", "tp:c:*/stack"}},
                                      {"collect", "snaplen", {"64"}},
                                      {"collect", "quiet", {"true"}},
                                      {"print", "style", {"line"}}}));
}

TEST(ParseProfile, AListMaySpanLinesWithCommentsAndALastComma) {
  auto parsed = parse_profile("mine", "here",
                              "[collect]\n"
                              "probe = [\n"
                              "  \"tp:a:b\",  # the first ]\n"
                              "\n"
                              "  # \"tp:not:this\",\n"
                              "  'tp:c:d]/stack',\n"
                              "]  # end\n"
                              "netns = [ \"blue\",\n"
                              "          \"red\" ]\n"
                              "count = 3\n");
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->items,
            (std::vector<ProfileItem>{{"collect", "probe", {"tp:a:b", "tp:c:d]/stack"}},
                                      {"collect", "netns", {"blue", "red"}},
                                      {"collect", "count", {"3"}}}));
}

TEST(ParseProfile, AListThatIsNotClosedIsRefusedWithItsLine) {
  expect_refused("[collect]\ncount = 3\nprobe = [\n  \"tp:a:b\",\n[print]\n",
                 "the list in line 3 is not closed");
}

TEST(ParseProfile, CommentsAreNoItems) {
  auto parsed = parse_profile("mine", "here", "[collect]\n# snaplen = 64\ncount = 3 # enough\n");
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->items, (std::vector<ProfileItem>{{"collect", "count", {"3"}}}));
}

TEST(ParseProfile, EmptyTextIsAProfileWithoutItems) {
  auto parsed = parse_profile("mine", "here", "");
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_TRUE(parsed->items.empty());
  EXPECT_EQ(parsed->description, "");
}

TEST(ParseProfile, AKeyOutsideASectionIsRefusedByName) {
  expect_refused("snaplen = 64\n[collect]\ncount = 3\n", "'snaplen'");
}

TEST(ParseProfile, ASectionWithinASectionIsRefused) {
  expect_refused("[collect.deep]\ncount = 3\n", "collect.deep.count");
}

// CLI11 takes the dot for the end of a section's name.
TEST(ParseProfile, AKeyInASectionWithoutANameIsRefused) {
  expect_refused(".probe = \"x\"\n", "'.probe' stands outside a section");
}

TEST(BuiltInProfiles, EachIsReadAndSaysWhatItIsFor) {
  ASSERT_GE(built_in_profiles().size(), 2u);
  for (const BuiltInProfile& built_in : built_in_profiles()) {
    auto parsed = parse_profile(built_in.name, "built in", built_in.text);
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_FALSE(parsed->items.empty()) << built_in.name;
    EXPECT_FALSE(parsed->description.empty()) << built_in.name;
  }
}

}  // namespace
}  // namespace tracker
