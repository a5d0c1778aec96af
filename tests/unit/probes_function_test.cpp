// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <optional>

#include "probes/function/point.h"
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
  EXPECT_EQ(shared_arguments({.skb = 0, .net = 2}), 0xf0ff02f00000U);
  EXPECT_EQ(shared_arguments({.skb = 11, .sock = 3, .list = LIST_CHAIN}), 0xf0ff3f3b0000U);
  EXPECT_EQ(shared_arguments({.skb = 11, .sock = 3, .hook = 4, .dev = 5}), 0xf0540f3b0000U);
  EXPECT_EQ(shared_arguments({.skb = 0, .result = RESULT_POINTER}), 0xf7ff0ff00000U);
  // behind the last that can be read
  EXPECT_EQ(shared_arguments({.skb = 12, .reason = 2}), 0x20ff0fff0000U);
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
  site.rungs = {Rung::kKretprobeMulti, Rung::kKretprobe};
  EXPECT_FALSE(can_share(site, Rung::kKretprobeMulti));
  EXPECT_TRUE(can_share(site, Rung::kKretprobe));
  site.has_namesake = false;
  EXPECT_TRUE(can_share(site, Rung::kKretprobeMulti));
  site.rungs = {Rung::kKprobe};
  site.module.clear();
  EXPECT_FALSE(can_share(site, Rung::kFentryMulti));
}

FunctionPoint return_of(const FunctionArgs& args, std::optional<Rung> rung = std::nullopt) {
  Function function;
  function.name = "f";
  function.args = args;
  return {"fn", rung, FunctionEnd::kReturn, function};
}

TEST(SharedSite, OfReturnsDiffersByWhatTheirBeginningsKeep) {
  FunctionArgs takes_skb;
  takes_skb.skb = 1;
  takes_skb.words = 2;
  takes_skb.result = RESULT_32;
  const auto of_call = return_of(takes_skb).shared_site();
  ASSERT_TRUE(of_call);
  EXPECT_TRUE(of_call->form.is_return && of_call->form.needs_beginning);
  EXPECT_EQ(of_call->arguments >> SHARED_RESULT_SHIFT & SHARED_NO_ARG, uint64_t{RESULT_32});
  FunctionArgs puts_skb;
  puts_skb.skb_place = 2;
  puts_skb.words = 3;
  const auto of_place = return_of(puts_skb).shared_site();
  ASSERT_TRUE(of_place);
  EXPECT_EQ(of_place->form.hold, uint64_t{HOLD_RESULT});
  EXPECT_EQ(of_place->arguments >> SHARED_SKB_SHIFT & SHARED_NO_ARG, 2U);
  FunctionArgs gives_skb;
  gives_skb.gives_skb = true;
  gives_skb.hook = 0;  // of a beginning that is not watched
  gives_skb.words = 1;
  const auto of_result = return_of(gives_skb).shared_site();
  ASSERT_TRUE(of_result);
  EXPECT_FALSE(of_result->form.needs_beginning || of_result->form.is_beside);
  EXPECT_FALSE(return_of(takes_skb, Rung::kFexit).shared_site());
}

TEST(SharedKnobs, OfReturnsReadTheKindOfTheResultFromTheCookie) {
  FunctionArgs args;
  args.skb = 0;
  args.words = 1;
  Knobs knobs{};
  knobs[KNOB_CONTEXT] = context_of(Rung::kKretprobeMulti);
  return_of(args).set_knobs(Rung::kKretprobeMulti, knobs);
  set_shared_knobs(knobs);
  EXPECT_EQ(knobs[KNOB_SHARED], 1U);
  EXPECT_EQ(knobs[KNOB_RESULT], uint64_t{RESULT_SHARED});
  EXPECT_EQ(knobs[KNOB_RETURN_ARG], 0U);
  EXPECT_EQ(knobs[KNOB_SKB_ARG], uint64_t{KNOB_NO_ARG});
}

TEST(TraceableFunctions, AreNotKnownWithoutTheList) {
  EXPECT_FALSE(TraceableFunctions("").is_known());
}

}  // namespace
}  // namespace tracker
