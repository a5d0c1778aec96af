// SPDX-License-Identifier: GPL-2.0-or-later
//
// Where profiles are found, with HOME in a folder of the test's own.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "profiles/profile.h"

namespace tracker {
namespace {

namespace fs = std::filesystem;

class ProfileSearch : public testing::Test {
 protected:
  ProfileSearch() {
    std::string path = (fs::temp_directory_path() / "tracker-profiles.XXXXXX").string();
    if (!mkdtemp(path.data())) throw std::runtime_error("cannot make a folder for the test");
    home_ = path;
    setenv("HOME", path.c_str(), 1);
    unsetenv("XDG_CONFIG_HOME");
  }
  ~ProfileSearch() override { fs::remove_all(home_); }

  // A file below the home folder; its folders are made.
  std::string write(const std::string& name, const std::string& text) const {
    const fs::path path = home_ / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  std::string write_profile(const std::string& name, const std::string& text) const {
    return write(".config/tracker/profiles/" + name + ".toml", text);
  }

  static std::string failure(const std::string& name) {
    auto profile = load_profile(name);
    EXPECT_FALSE(profile) << name << " was found in " << profile->origin;
    return profile ? "" : profile.error().message;
  }

  fs::path home_;
};

constexpr char kCount3[] = "# Three.\n[collect]\ncount = 3\n";
const std::vector<ProfileItem> kItems{{"collect", "count", {"3"}}};

TEST_F(ProfileSearch, FindsAProfileOfTheUser) {
  const std::string path = write_profile("mine", kCount3);
  auto profile = load_profile("mine");
  ASSERT_TRUE(profile) << profile.error().message;
  EXPECT_EQ(profile->name, "mine");
  EXPECT_EQ(profile->origin, path);
  EXPECT_EQ(profile->items, kItems);
}

TEST_F(ProfileSearch, TheUsersOwnGoesBeforeTheBuiltInOne) {
  const std::string path = write_profile("dropmon", kCount3);
  auto profile = load_profile("dropmon");
  ASSERT_TRUE(profile) << profile.error().message;
  EXPECT_EQ(profile->origin, path);
  EXPECT_EQ(profile->items, kItems);
}

TEST_F(ProfileSearch, AnotherConfigurationFolderReplacesTheOneAtHome) {
  write_profile("mine", kCount3);
  const std::string path = write("elsewhere/tracker/profiles/other.toml", kCount3);
  setenv("XDG_CONFIG_HOME", (home_ / "elsewhere").c_str(), 1);
  auto profile = load_profile("other");
  ASSERT_TRUE(profile) << profile.error().message;
  EXPECT_EQ(profile->origin, path);
  EXPECT_NE(failure("mine").find("unknown profile 'mine'"), std::string::npos);
}

TEST_F(ProfileSearch, APathIsNotSearchedFor) {
  const std::string path = write("somewhere/x.toml", kCount3);
  auto profile = load_profile(path);
  ASSERT_TRUE(profile) << profile.error().message;
  EXPECT_EQ(profile->name, "x");
  EXPECT_EQ(profile->origin, path);
  EXPECT_EQ(profile->items, kItems);
}

TEST_F(ProfileSearch, AnUnknownNameIsAnsweredWithTheKnownOnes) {
  write_profile("mine", kCount3);
  const std::string message = failure("dropmom");
  EXPECT_NE(message.find("'dropmom'"), std::string::npos) << message;
  for (const char* known : {"dropmon", "ifdump", "mine"})
    EXPECT_NE(message.find(known), std::string::npos) << message;
}

TEST_F(ProfileSearch, AMissingPathIsNamed) {
  const std::string path = home_ / "none.toml";
  EXPECT_NE(failure(path).find(path), std::string::npos);
}

TEST_F(ProfileSearch, AFolderIsNoProfile) {
  EXPECT_NE(failure(home_.string() + "/").find("not a regular file"), std::string::npos);
}

TEST_F(ProfileSearch, OneMebibyteIsRead) {
  std::string text = kCount3;
  text += std::string((1U << 20) - text.size() - 1, '#') + "\n";
  write_profile("large", text);
  auto profile = load_profile("large");
  ASSERT_TRUE(profile) << profile.error().message;
  EXPECT_EQ(profile->items, kItems);
}

TEST_F(ProfileSearch, MoreThanOneMebibyteIsRefused) {
  std::string text = kCount3;
  text += std::string((1U << 20) - text.size(), '#') + "\n";
  write_profile("large", text);
  EXPECT_NE(failure("large").find("larger than 1 MiB"), std::string::npos);
}

TEST_F(ProfileSearch, ABinaryFileIsRefused) {
  write_profile("binary", std::string("[collect]\ncount = \0 3\n", 22));
  EXPECT_NE(failure("binary").find("not a text file"), std::string::npos);
}

TEST_F(ProfileSearch, TheListHasEachNameOnceAndBrokenOnesWithTheirProblem) {
  const std::string mine = write_profile("dropmon", kCount3);
  write_profile("broken", "count = 3\n");
  write(".config/tracker/profiles/notes.txt", "no profile\n");
  const std::vector<Profile> listed = list_profiles();
  auto count = [&](const std::string& name) {
    return std::count_if(listed.begin(), listed.end(),
                         [&](const Profile& profile) { return profile.name == name; });
  };
  // What is installed in /etc/tracker/profiles comes on top.
  for (const char* name : {"broken", "dropmon", "ifdump"}) EXPECT_EQ(count(name), 1) << name;
  EXPECT_EQ(count("notes"), 0);
  for (const Profile& profile : listed) {
    if (profile.name == "dropmon") {
      EXPECT_EQ(profile.origin, mine);
    }
    if (profile.name == "broken") {
      EXPECT_NE(profile.description.find("outside a section"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace tracker
