// SPDX-License-Identifier: GPL-2.0-or-later
#include "collector/disk_room.h"

#include <gtest/gtest.h>

namespace tracker {
namespace {

constexpr uint64_t kMiB = 1U << 20;

TEST(DiskRoom, IsLowBelowFivePercentOr256MiB) {
  EXPECT_FALSE((DiskRoom{256 * kMiB, 1000 * kMiB}.is_low()));
  EXPECT_TRUE((DiskRoom{256 * kMiB - 1, 1000 * kMiB}.is_low()));
  EXPECT_FALSE((DiskRoom{5000 * kMiB, 100'000 * kMiB}.is_low()));
  EXPECT_TRUE((DiskRoom{4999 * kMiB, 100'000 * kMiB}.is_low()));
}

// Some network and FUSE file systems.
TEST(DiskRoom, OfAFileSystemThatSaysNothingIsNotLow) { EXPECT_FALSE((DiskRoom{0, 0}.is_low())); }

TEST(DiskRoom, IsReadOfTheFolderOfTheRecording) {
  const auto here = disk_room_beside("tracker.db");
  ASSERT_TRUE(here);
  EXPECT_GT(here->total_bytes, 0U);
  EXPECT_GE(here->total_bytes, here->free_bytes);
  EXPECT_FALSE(disk_room_beside("/no/such/folder/tracker.db"));
}

}  // namespace
}  // namespace tracker
