// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "profiles/merge.h"
#include "profiles/profile.h"

namespace tracker {

// For readable failures.
void PrintTo(const ProfileItem& item, std::ostream* stream) {
  *stream << item.section << "." << item.key << " =";
  for (const std::string& value : item.values) *stream << " '" << value << "'";
}

namespace {

Profile profile(const std::string& text) {
  auto parsed = parse_profile("p", "test", text);
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().message);
  return parsed ? *parsed : Profile{};
}

std::vector<ProfileItem> merge(const std::vector<Profile>& profiles) {
  return merge_items(profiles, "collect", [](const std::string& key) { return key == "probe"; });
}

TEST(MergeItems, ListsAddUpInTheOrderOfTheProfiles) {
  EXPECT_EQ(merge({profile("[collect]\nprobe = [\"tp:a:b\"]\n"),
                   profile("[collect]\nprobe = [\"tp:c:d\", \"tp:e:f\"]\n")}),
            (std::vector<ProfileItem>{{"collect", "probe", {"tp:a:b", "tp:c:d", "tp:e:f"}}}));
}

TEST(MergeItems, WhatTwoProfilesNameIsThereOnce) {
  EXPECT_EQ(merge({profile("[collect]\nprobe = [\"tp:a:b\", \"tp:c:d\"]\n"),
                   profile("[collect]\nprobe = [\"tp:c:d\"]\n")}),
            (std::vector<ProfileItem>{{"collect", "probe", {"tp:a:b", "tp:c:d"}}}));
}

TEST(MergeItems, OfSingleValuesTheLastProfilesStands) {
  EXPECT_EQ(merge({profile("[collect]\nsnaplen = 64\n"), profile("[collect]\nsnaplen = 128\n")}),
            (std::vector<ProfileItem>{{"collect", "snaplen", {"128"}}}));
}

TEST(MergeItems, OtherSectionsAreLeftOut) {
  EXPECT_EQ(merge({profile("[collect]\nsnaplen = 64\n[print]\nstyle = \"line\"\n")}),
            (std::vector<ProfileItem>{{"collect", "snaplen", {"64"}}}));
}

TEST(MergeItems, NothingComesOfNoProfiles) { EXPECT_TRUE(merge({}).empty()); }

TEST(MergeItems, TheBuiltInProfilesAddTheirProbes) {
  auto dropmon = load_profile("dropmon");
  auto ifdump = load_profile("ifdump");
  ASSERT_TRUE(dropmon && ifdump);
  const std::vector<ProfileItem> merged = merge({*dropmon, *ifdump});
  ASSERT_FALSE(merged.empty());
  EXPECT_EQ(
      merged[0],
      (ProfileItem{"collect",
                   "probe",
                   {"tp:skb:kfree_skb", "tp:net:netif_receive_skb", "tp:net:net_dev_start_xmit"}}));
}

}  // namespace
}  // namespace tracker
