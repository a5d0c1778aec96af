// SPDX-License-Identifier: GPL-2.0-or-later
#include "collector/cgroup_paths.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>

namespace tracker {
namespace {

namespace fs = std::filesystem;

// Folders stand in for a mounted hierarchy, whose ids are inode numbers as well.
class CgroupPathsTest : public ::testing::Test {
 protected:
  CgroupPathsTest() {
    std::string pattern = (fs::temp_directory_path() / "cgroups-XXXXXX").string();
    root_ = ::mkdtemp(pattern.data());
  }
  ~CgroupPathsTest() override { fs::remove_all(root_); }

  uint64_t make(const std::string& path) {
    fs::create_directories(root_ + path);
    struct stat info {};
    ::stat((root_ + path).c_str(), &info);
    return info.st_ino;
  }

  std::string root_;
  uint64_t now_ns_ = 5;
  CgroupPaths paths_ = CgroupPaths("", [] { return uint64_t{0}; });
};

TEST_F(CgroupPathsTest, FindsNestedOnesAndTheRoot) {
  const uint64_t root = make("");
  const uint64_t nested = make("/system.slice/a.service/worker");
  CgroupPaths paths(root_, [this] { return now_ns_; });
  EXPECT_EQ(paths.find(nested), "/system.slice/a.service/worker");
  EXPECT_EQ(paths.find(root), "/");
  EXPECT_EQ(paths.find(1), std::nullopt);
}

TEST_F(CgroupPathsTest, LooksAgainForWhatWasMadeLaterButNotForEveryEvent) {
  CgroupPaths paths(root_, [this] { return now_ns_; });
  EXPECT_EQ(paths.find(1), std::nullopt);
  const uint64_t late = make("/late.service");
  EXPECT_EQ(paths.find(late), std::nullopt) << "within the same second";
  now_ns_ += 1'000'000'000;
  EXPECT_EQ(paths.find(late), "/late.service");
}

TEST_F(CgroupPathsTest, FindsNothingWithoutAHierarchy) { EXPECT_EQ(paths_.find(1), std::nullopt); }

TEST(Cgroup2Mount, IsThatOfTheMountinfo) {
  const std::string v1 =
      "24 1 0:22 / /sys/fs/cgroup/cpu rw,relatime shared:9 - cgroup cgroup rw,cpu\n";
  EXPECT_EQ(cgroup2_mount(""), "");
  EXPECT_EQ(cgroup2_mount(v1 + "no mountinfo at all - cgroup2x"), "");
  EXPECT_EQ(cgroup2_mount("30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n"),
            "/sys/fs/cgroup");
  EXPECT_EQ(cgroup2_mount(v1 + "31 24 0:27 / /sys/fs/cgroup/unified rw - cgroup2 none rw\n"),
            "/sys/fs/cgroup/unified");
}

}  // namespace
}  // namespace tracker
