// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/why_answer.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace tracker {
namespace {

using Json = nlohmann::json;

ProbeAnswer function(const std::string& name, const std::string& by_fentry,
                     const std::string& by_kprobe, unsigned skb = 0) {
  ProbeAnswer answer;
  answer.target = "fn:" + name;
  answer.arguments = {{"skb", skb}};
  answer.rungs = {Rung::kFentry, Rung::kKprobe};
  answer.tried = {{Rung::kFentry, by_fentry}, {Rung::kKprobe, by_kprobe}};
  if (!by_fentry.empty() && !by_kprobe.empty())
    answer.refusal = "fentry: " + by_fentry + "; kprobe: " + by_kprobe;
  return answer;
}

WhyAnswer answer_of(const std::string& target, std::vector<ProbeAnswer> probes) {
  WhyAnswer answer;
  answer.target = target;
  answer.probes = std::move(probes);
  return answer;
}

TEST(WhyText, OfOneProbeNamesEachRung) {
  const WhyAnswer answer = answer_of("fn:ip_rcv", {function("ip_rcv", "", "no kprobes")});
  EXPECT_EQ(answer.status(), 0);
  EXPECT_EQ(why_text(answer),
            "yes  fn:ip_rcv can be watched, by fentry\n"
            "     skb     first argument\n"
            "     fentry  attached\n"
            "     kprobe  refused: no kprobes\n");
}

TEST(WhyText, NamesTheBestRungThatWorks) {
  const WhyAnswer answer = answer_of("fn:f", {function("f", "too many arguments", "", 6)});
  EXPECT_EQ(why_text(answer),
            "yes  fn:f can be watched, by kprobe\n"
            "     skb     seventh argument, for kprobe on the stack\n"
            "     fentry  refused: too many arguments\n"
            "     kprobe  attached\n");
}

TEST(WhyText, OfAlternativesSaysWhichOne) {
  WhyAnswer answer = answer_of("fn:nosuch|ip_rcv", {function("ip_rcv", "", "")});
  answer.remarks = {"unknown function fn:nosuch"};
  EXPECT_EQ(why_text(answer),
            "yes  fn:nosuch|ip_rcv stands for fn:ip_rcv, which can be watched, by fentry\n"
            "     skb     first argument\n"
            "     fentry  attached\n"
            "     kprobe  attached\n"
            "     unknown function fn:nosuch\n");
}

TEST(WhyText, OfARefusalIsThatSentence) {
  WhyAnswer answer = answer_of("fn:nosuch", {});
  answer.refusal = "unknown function fn:nosuch; nearest: fn:so\x1b";
  answer.refusal_status = 2;
  EXPECT_EQ(answer.status(), 2);
  EXPECT_EQ(why_text(answer), "no   unknown function fn:nosuch; nearest: fn:so\\x1b\n");
}

TEST(WhyText, OfAProbeThatNoRungReachesNamesBothRefusals) {
  const WhyAnswer answer = answer_of("fn:f", {function("f", "not permitted", "no kprobes")});
  EXPECT_EQ(answer.status(), 1);
  EXPECT_EQ(why_text(answer),
            "no   fn:f cannot be attached\n"
            "     skb     first argument\n"
            "     fentry  refused: not permitted\n"
            "     kprobe  refused: no kprobes\n");
}

TEST(WhyText, WhereNothingCouldBeTriedSaysWhyAndStillWhereTheSkbIs) {
  ProbeAnswer untried = function("f", "", "", 1);
  untried.tried.clear();
  WhyAnswer answer = answer_of("fn:f", {untried});
  answer.refusal = "missing CAP_BPF";
  EXPECT_EQ(answer.status(), 1);
  EXPECT_EQ(why_text(answer),
            "no   fn:f cannot be attached: missing CAP_BPF\n"
            "     skb     second argument\n");
}

TEST(WhyText, OfAWildcardCountsAndSharesALineForEachReason) {
  WhyAnswer answer = answer_of("fn:f*", {function("f1", "", ""), function("f2", "no", "never"),
                                         function("f3", "no", "never")});
  answer.remarks = {"fn:f* leaves out 1"};
  EXPECT_EQ(answer.status(), 0);
  EXPECT_EQ(why_text(answer),
            "yes  fn:f* stands for 3 probes, of which 1 can be watched\n"
            "     fn:f1  fentry  skb\n"
            "     not fn:f2, fn:f3: fentry: no; kprobe: never\n"
            "     fn:f* leaves out 1\n");
}

TEST(WhyText, OfAWildcardOfWhichNothingWorksIsNo) {
  const WhyAnswer answer =
      answer_of("fn:f*", {function("f1", "no", "never"), function("f2", "no", "never")});
  EXPECT_EQ(answer.status(), 1);
  EXPECT_EQ(why_text(answer),
            "no   fn:f* stands for 2 probes, none of which can be attached\n"
            "     not fn:f1, fn:f2: fentry: no; kprobe: never\n");
  WhyAnswer untried = answer_of("fn:f*", {ProbeAnswer{}, ProbeAnswer{}});
  untried.refusal = "missing CAP_BPF";
  EXPECT_EQ(why_text(untried),
            "no   fn:f* stands for 2 probes, none of which can be attached: missing CAP_BPF\n");
}

TEST(WhyJson, HasTheVerdictTheRungsAndTheRemarks) {
  WhyAnswer answer = answer_of("fn:ip_rcv", {function("ip_rcv", "", "no kprobes", 2)});
  answer.remarks = {"left out"};
  const Json object = Json::parse(why_json(answer));
  EXPECT_EQ(object.at("can_be_watched"), true);
  EXPECT_FALSE(object.contains("refusal"));
  EXPECT_EQ(object.at("remarks"), Json({"left out"}));
  const Json& probe = object.at("probes").at(0);
  EXPECT_EQ(probe.at("skb_argument"), 3);
  EXPECT_EQ(probe.at("rung"), "fentry");
  EXPECT_EQ(probe.at("rungs").at(0), Json({{"rung", "fentry"}, {"available", true}}));
  EXPECT_EQ(probe.at("rungs").at(1),
            Json({{"rung", "kprobe"}, {"available", false}, {"detail", "no kprobes"}}));
}

TEST(WhyJson, OfARefusalHasNoProbes) {
  WhyAnswer answer = answer_of("fn:nosuch", {});
  answer.refusal = "unknown function";
  const Json object = Json::parse(why_json(answer));
  EXPECT_EQ(object.at("can_be_watched"), false);
  EXPECT_EQ(object.at("refusal"), "unknown function");
  EXPECT_TRUE(object.at("probes").empty());
}

}  // namespace
}  // namespace tracker
