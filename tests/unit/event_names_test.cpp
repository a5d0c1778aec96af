// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/names.h"

#include <gtest/gtest.h>

#include "event/session.h"
#include "tests/unit/event_sample.h"

namespace tracker::testing {
namespace {

TEST(Names, ShowASymbolWithItsOffset) {
  const Names names = sample_names();
  EXPECT_EQ(names.symbol_text(kPlace), "tcp_v6_rcv+0x77");
  EXPECT_EQ(names.function_name(kPlace), "tcp_v6_rcv");
}

TEST(Names, ShowAnAddressWithoutASymbolAsItIs) {
  EXPECT_EQ(sample_names().symbol_text(0xffffffff81234567), "0xffffffff81234567");
  EXPECT_EQ(sample_names().function_name(0xffffffff81234567), "0xffffffff81234567");
}

TEST(Names, NeverGuessAReason) {
  const Names names = sample_names();
  EXPECT_EQ(names.reason_text(kNoSocket), "NO_SOCKET");
  EXPECT_EQ(names.reason_text(kOvsLastAction), "OVS_DROP_LAST_ACTION");
  EXPECT_EQ(names.reason_text(0x1f2), "core:0x1f2");
  EXPECT_EQ(names.reason_text(4U << 16 | 5), "subsys 4:0x5");
  EXPECT_EQ(Names{}.reason_text(kNoSocket), "core:0x3");
}

TEST(Names, TellTheSubsystemOfAReason) {
  EXPECT_EQ(sample_names().subsystem_text(kNoSocket), "core");
  EXPECT_EQ(sample_names().subsystem_text(kOvsLastAction), "openvswitch");
  EXPECT_EQ(sample_names().subsystem_text(4U << 16), "subsys 4");
  EXPECT_EQ(Names{}.subsystem_text(kOvsLastAction), "subsys 3");
}

TEST(Names, FindANamespaceByCookieElseByInum) {
  Names names;
  names.netns = {{1, 4026532177, "old"}, {2, 4026532177, "new"}, {3, 4026532178, ""}};
  EXPECT_EQ(names.netns_name(1, 4026532177), "old");
  EXPECT_EQ(names.netns_name(0, 4026532177), "new") << "an inum is its latest owner's";
  EXPECT_EQ(names.netns_name(9, 4026532177), std::nullopt) << "a cookie is never another's";
  EXPECT_EQ(names.netns_name(3, 4026532178), std::nullopt);
  EXPECT_EQ(names.netns_name(0, 0), std::nullopt);
}

TEST(ProbeName, IsWrittenAsItIsTyped) {
  EXPECT_EQ((ProbeName{"tp", "skb:kfree_skb", std::nullopt, {}}.target()), "tp:skb:kfree_skb");
  EXPECT_EQ((ProbeName{"kprobe", "ip_rcv", 0x1c, {}}.target()), "kprobe:ip_rcv+0x1c");
}

TEST(Session, TakesTheLastClockReadingBeforeATime) {
  Session session;
  session.clocks = {{1000, 500'000}, {2000, 900'000}};
  EXPECT_EQ(session.realtime_ns(1500), 500'500);
  EXPECT_EQ(session.realtime_ns(2000), 900'000);
  EXPECT_EQ(session.realtime_ns(2100), 900'100);
  EXPECT_EQ(session.realtime_ns(400), 499'400) << "before the first reading";
}

TEST(Session, SaturatesTimesThatCannotBe) {
  Session session;
  session.clocks = {{0, INT64_MAX}};
  EXPECT_EQ(session.realtime_ns(UINT64_MAX), INT64_MAX);
  session.clocks = {{UINT64_MAX, INT64_MIN}};
  EXPECT_EQ(session.realtime_ns(0), INT64_MIN);
}

}  // namespace
}  // namespace tracker::testing
