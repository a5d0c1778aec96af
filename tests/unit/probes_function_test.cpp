// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include "probes/function/target.h"
#include "probes/function/traceable.h"
#include "probes/shared_program.h"

namespace tracker {
namespace {

TEST(FunctionTarget, ParsesEachForm) {
  const auto plain = parse_function_target("fn:ip_rcv");
  ASSERT_TRUE(plain);
  EXPECT_EQ(*plain, (FunctionTarget{"fn", std::nullopt, "", {"ip_rcv"}, false, false}));
  const auto module = parse_function_target("kprobe:nf_*/ovs_dp_*/stack");
  ASSERT_TRUE(module);
  EXPECT_EQ(*module, (FunctionTarget{"kprobe", Rung::kKprobe, "nf_*", {"ovs_dp_*"}, false, true}));
  EXPECT_TRUE(module->has_wildcard());
  EXPECT_EQ(module->text(), "kprobe:nf_*/ovs_dp_*");
  const auto alternatives = parse_function_target("fentry:a|b.isra.0");
  ASSERT_TRUE(alternatives);
  EXPECT_EQ(*alternatives,
            (FunctionTarget{"fentry", Rung::kFentry, "", {"a", "b.isra.0"}, false, false}));
}

TEST(FunctionTarget, ParsesReturns) {
  const auto best = parse_function_target("fn:m/a|b%return/stack");
  ASSERT_TRUE(best);
  EXPECT_EQ(*best, (FunctionTarget{"fn", std::nullopt, "m", {"a", "b"}, true, true}));
  EXPECT_EQ(best->text(), "fn:m/a|b%return");
  const auto named = parse_function_target("kretprobe:ip_*");
  ASSERT_TRUE(named);
  EXPECT_EQ(*named, (FunctionTarget{"kretprobe", Rung::kKretprobe, "", {"ip_*"}, true, false}));
  EXPECT_EQ(named->text(), "kretprobe:ip_*");
}

TEST(FunctionTarget, RefusesMalformedTextAsWrongUsage) {
  for (const char* text :
       {"fn", "fn:", "fn:/a", "fn:m/", "fn:a|", "fn:|a", "fn:a b", "fn:a/b/c", "fn:a*|b", "fn:a+4",
        "fn:a%retur", "fn:%return", "fexit:a%return", "kprobe:a%return"}) {
    const auto target = parse_function_target(text);
    ASSERT_FALSE(target) << text;
    EXPECT_EQ(target.error().kind, ErrorKind::kWrongUsage) << text;
  }
  EXPECT_EQ(parse_function_target("fentry:a%return").error().message,
            "'fentry:a%return': the return of a function is written fn:a%return or fexit:a");
}

TEST(TraceableFunctions, AreCountedByNameAndModule) {
  const TraceableFunctions functions(
      "twice\nip_rcv\ntwice\nip_rcv [other]\nmade.isra.0\nmade.part.0 [m]\nmadeup\nlast [m]");
  EXPECT_TRUE(functions.is_known());
  EXPECT_EQ(functions.count("ip_rcv", ""), 1U);
  EXPECT_EQ(functions.count("ip_rcv", "other"), 1U);
  EXPECT_EQ(functions.count("twice", ""), 2U);
  EXPECT_EQ(functions.count("last", "m"), 1U);
  EXPECT_EQ(functions.count("last", ""), 0U);
  EXPECT_EQ(functions.variants("made"), (std::vector<std::string>{"made.isra.0", "made.part.0"}));
  EXPECT_TRUE(functions.variants("ip_rcv").empty());
}

TEST(TraceableFunctions, AreCountedOverAllModules) {
  const TraceableFunctions traceable("init\ninit [a]\ninit [b]\nonce [a]\n");
  EXPECT_EQ(traceable.count("init"), 3U);
  EXPECT_EQ(traceable.count("once"), 1U);
  EXPECT_EQ(traceable.count("never"), 0U);
}

TEST(TraceableFunctions, SayInWhichModulesTheyAre) {
  const TraceableFunctions traceable("nft_do\nnft_do [b]\nnft_make [b]\nnft_make [a]\nother [c]\n");
  EXPECT_EQ(traceable.modules_with("nft_*"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(traceable.modules_with("nft_do"), std::vector<std::string>{"b"});
  EXPECT_TRUE(traceable.modules_with("none").empty());
}

TEST(SharedArguments, SayWhereEachLiesOrThatThereIsNone) {
  EXPECT_EQ(shared_arguments({.skb = 0, .net = 2}), 0xff02f00000U);
  EXPECT_EQ(shared_arguments({.skb = 11, .sock = 3, .list = LIST_CHAIN}), 0xff3f3b0000U);
  EXPECT_EQ(shared_arguments({.skb = 11, .sock = 3, .hook = 4, .dev = 5}), 0x540f3b0000U);
  // behind the last that can be read
  EXPECT_EQ(shared_arguments({.skb = 12}), 0xff0fff0000U);
}

TEST(SharedSite, IsReachedByWhatSaysWhichFunctionIsMeant) {
  SharedSite site;
  site.rungs = {Rung::kFentryMulti, Rung::kKprobeMulti, Rung::kKprobe};
  EXPECT_TRUE(can_share(site, Rung::kFentryMulti));
  EXPECT_TRUE(can_share(site, Rung::kKprobeMulti));
  site.module = "openvswitch";
  EXPECT_FALSE(can_share(site, Rung::kFentryMulti));
  site.has_namesake = true;
  EXPECT_FALSE(can_share(site, Rung::kKprobeMulti));
  EXPECT_TRUE(can_share(site, Rung::kKprobe));
  site.rungs = {Rung::kKprobe};
  site.module.clear();
  EXPECT_FALSE(can_share(site, Rung::kFentryMulti));
}

TEST(TraceableFunctions, AreNotKnownWithoutTheList) {
  EXPECT_FALSE(TraceableFunctions("").is_known());
}

}  // namespace
}  // namespace tracker
