// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/netns_argument.h"
#include "collector/probe_plan.h"
#include "event/section.h"

namespace tracker {
namespace {

TEST(FindNetns, KnowsOwnNamespaceByPathAndByInum) {
  struct stat own {};
  ASSERT_EQ(::stat("/proc/self/ns/net", &own), 0);
  auto by_path = find_netns("/proc/self/ns/net");
  ASSERT_TRUE(by_path) << by_path.error().message;
  EXPECT_EQ(by_path->inum, own.st_ino);
  auto by_inum = find_netns(std::to_string(own.st_ino));
  ASSERT_TRUE(by_inum) << by_inum.error().message;
  EXPECT_EQ(*by_inum, *by_path);
}

TEST(FindNetns, SaysWhatIsWrong) {
  auto empty = find_netns("");
  ASSERT_FALSE(empty);
  EXPECT_EQ(empty.error().kind, ErrorKind::kWrongUsage);
  auto too_large = find_netns("99999999999999999999");
  ASSERT_FALSE(too_large);
  EXPECT_EQ(too_large.error().kind, ErrorKind::kWrongUsage);
  for (const char* text : {"no-such-namespace-here", "/no/such/path", "1"}) {
    auto missing = find_netns(text);
    ASSERT_FALSE(missing) << text;
    EXPECT_EQ(missing.error().kind, ErrorKind::kFailed) << text;
    EXPECT_NE(missing.error().message.find("no such network namespace"), std::string::npos) << text;
  }
  auto wrong_kind = find_netns("/proc/self/ns/mnt");
  ASSERT_FALSE(wrong_kind);
  EXPECT_NE(wrong_kind.error().message.find("is not a network namespace"), std::string::npos);
}

TEST(ParseCollectors, AutoIsAllButStack) {
  uint32_t all_but_stack = kAllSections & ~section_bit(Section::kStack);
  EXPECT_EQ(*parse_collectors({}), all_but_stack);
  EXPECT_EQ(*parse_collectors({"auto"}), all_but_stack);
  EXPECT_EQ(*parse_collectors({"auto", "stack"}), kAllSections);
  EXPECT_EQ(*parse_collectors({"skb", "drop"}),
            section_bit(Section::kSkb) | section_bit(Section::kDrop));
}

TEST(ParseCollectors, NamesTheKnownOnesWhenAskedForAnother) {
  auto wrong = parse_collectors({"skb", "nonsense"});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().kind, ErrorKind::kWrongUsage);
  EXPECT_EQ(
      wrong.error().message,
      "unknown collector 'nonsense'; there are: auto, skb, packet, dev, netns, drop, sock, stack");
}

TEST(PlanProbes, FindsArgumentsInTheRunningKernelsTypes) {
  auto btf = KernelBtf::load();
  ASSERT_TRUE(btf) << btf.error().message;
  auto plan = plan_probes({"tp:skb:kfree_skb", "tp:net:net_dev_xmit/stack", "tp:skb:kfree_skb"},
                          kAllSections & ~section_bit(Section::kStack), *btf);
  ASSERT_TRUE(plan) << plan.error().message;
  ASSERT_EQ(plan->size(), 2U) << "a repetition adds nothing";
  const TracepointArgs& drop = (*plan)[0].tracepoint->args;
  EXPECT_EQ(drop.skb, 0);
  EXPECT_EQ(drop.location, 1);
  EXPECT_EQ(drop.reason, 2);
  EXPECT_EQ((*plan)[0].role, ProbeRole::kDropped);
  const TracepointArgs& sent = (*plan)[1].tracepoint->args;
  EXPECT_EQ(sent.skb, 0);
  EXPECT_EQ(sent.return_code, 1);
  EXPECT_EQ(sent.dev, 2);
  EXPECT_EQ(sent.location, -1);
  EXPECT_TRUE((*plan)[1].sections & section_bit(Section::kStack));
  EXPECT_FALSE((*plan)[1].sections & section_bit(Section::kDrop));
}

TEST(PlanProbes, SuggestsTheNearestNames) {
  auto btf = KernelBtf::load();
  ASSERT_TRUE(btf) << btf.error().message;
  auto plan = plan_probes({"tp:skb:kfre_skb"}, kAllSections, *btf);
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().kind, ErrorKind::kFailed);
  EXPECT_NE(
      plan.error().message.find("unknown tracepoint tp:skb:kfre_skb; nearest: tp:skb:kfree_skb"),
      std::string::npos)
      << plan.error().message;
}

TEST(PlanProbes, RefusesATracepointWithoutAnSkb) {
  auto btf = KernelBtf::load();
  ASSERT_TRUE(btf) << btf.error().message;
  auto plan = plan_probes({"tp:sched:sched_switch"}, kAllSections, *btf);
  ASSERT_FALSE(plan);
  EXPECT_NE(plan.error().message.find("has no skb among its arguments"), std::string::npos)
      << plan.error().message;
}

TEST(DropReasons, ComeFromTheRunningKernel) {
  auto btf = KernelBtf::load();
  ASSERT_TRUE(btf) << btf.error().message;
  auto reasons = btf->drop_reasons();
  bool found = false;
  for (const auto& [code, reason] : reasons) {
    EXPECT_FALSE(reason.name.empty());
    EXPECT_NE(reason.name, "MAX");
    if (reason.name == "NO_SOCKET") {
      found = true;
      EXPECT_EQ(reason.subsystem, "core");
      EXPECT_EQ(code >> 16, 0U);
    }
  }
  EXPECT_TRUE(found);
}

}  // namespace
}  // namespace tracker
