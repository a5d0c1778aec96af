// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/tracepoint/target.h"

#include <gtest/gtest.h>

namespace tracker {
namespace {

TEST(Target, ParsesGroupAndName) {
  auto target = parse_target("tp:skb:kfree_skb");
  ASSERT_TRUE(target);
  EXPECT_EQ(*target, (Target{"skb", "kfree_skb", false}));
  EXPECT_EQ(target->text(), "tp:skb:kfree_skb");
  EXPECT_FALSE(target->has_wildcard());
}

TEST(Target, ParsesStackAndWildcards) {
  auto target = parse_target("tp:net:net_dev_*/stack");
  ASSERT_TRUE(target);
  EXPECT_EQ(*target, (Target{"net", "net_dev_*", true}));
  EXPECT_TRUE(target->has_wildcard());
}

TEST(Target, RefusesMalformedTextAsWrongUsage) {
  for (const char* text : {"", "tp", "tp:", "tp:skb", "tp:skb:", "tp::kfree_skb", "kprobe:ip_rcv",
                           "tp:skb:kfree_skb/stak", "tp:skb:kfree skb", "tp:skb:a:b", "xtp:skb:a",
                           "tp:../..:x", "tp:skb:kfree_skb/stack/stack"}) {
    auto target = parse_target(text);
    ASSERT_FALSE(target) << text;
    EXPECT_EQ(target.error().kind, ErrorKind::kWrongUsage) << text;
    EXPECT_NE(target.error().message.find("tp:GROUP:NAME"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace tracker
