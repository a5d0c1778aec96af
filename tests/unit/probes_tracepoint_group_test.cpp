// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/tracepoint/group.h"

#include <gtest/gtest.h>

namespace tracker {
namespace {

TEST(TracepointGroup, IsKnownOfWhatProfilesName) {
  EXPECT_EQ(well_known_group("kfree_skb"), "skb");
  EXPECT_EQ(well_known_group("consume_skb"), "skb");
  EXPECT_EQ(well_known_group("netif_receive_skb"), "net");
  EXPECT_EQ(well_known_group("net_dev_start_xmit"), "net");
}

TEST(TracepointGroup, IsNotGuessedFromALikeName) {
  EXPECT_EQ(well_known_group("kfree_skb_partial"), "");
  EXPECT_EQ(well_known_group("kfree_sk"), "");
  EXPECT_EQ(well_known_group(""), "");
  EXPECT_EQ(well_known_group("zzz"), "");
}

}  // namespace
}  // namespace tracker
