// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/probe_list.h"

#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/position_words.h"
#include "probes/function/point.h"
#include "probes/tracepoint/point.h"

namespace tracker {
namespace {

using Json = nlohmann::json;

ListedProbe function(const std::string& name, const std::string& module, int skb) {
  Function described{name, module, 1, {}};
  described.args.skb = skb;
  described.args.net = skb == 0 ? -1 : 0;
  return {std::make_shared<FunctionPoint>("fn", std::nullopt, FunctionEnd::kBeginning, described),
          module,
          {true, !module.empty(), false}};
}

ListedProbe tracepoint(const std::string& name, const std::string& module) {
  Tracepoint described{name, module, 1, {}};
  described.args.skb = 0;
  described.args.reason = 2;
  return {std::make_shared<TracepointPoint>("group", described), module, {}};
}

ProbeList sample() {
  ProbeList list;
  list.probes = {tracepoint("t", "m"), function("ip_output", "", 2), function("g", "ovs", 0)};
  list.is_traceable_known = true;
  return list;
}

TEST(ProbeList, HasALineForEachWithItsRungAndWhereTheSkbIs) {
  EXPECT_EQ(list_text(sample(), std::vector<std::optional<Rung>>{Rung::kRawTp, Rung::kFentry, {}}),
            "tp:group:t    raw_tp  skb reason  [m]\n"
            "fn:ip_output  fentry  skb net, skb third\n"
            "fn:ovs/g      none    skb\n");
}

TEST(ProbeList, WithoutATrialHasNoColumnOfRungs) {
  EXPECT_EQ(list_text(sample(), std::nullopt),
            "tp:group:t    skb reason  [m]\n"
            "fn:ip_output  skb net, skb third\n"
            "fn:ovs/g      skb\n");
}

TEST(ProbeList, IsNotPushedToTheRightByOneLongTarget) {
  ProbeList list;
  list.probes = {function("ip_rcv", "", 0), function(std::string(100, 'x'), "", 0)};
  const std::string text = list_text(list, std::nullopt);
  EXPECT_LT(text.find('\n'), 60U) << text;
}

TEST(ProbeList, AsJsonTellsARungThatWasNotTriedFromNone) {
  std::istringstream tried(
      list_json(sample(), std::vector<std::optional<Rung>>{Rung::kRawTp, Rung::kFentry, {}}));
  std::vector<Json> rows;
  for (std::string line; std::getline(tried, line);) rows.push_back(Json::parse(line));
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0], Json({{"target", "tp:group:t"},
                           {"arguments", "skb reason"},
                           {"skb_argument", 1},
                           {"module", "m"},
                           {"rung", "raw_tp"}}));
  EXPECT_EQ(rows[1].at("skb_argument"), 3);
  EXPECT_EQ(rows[1].at("rung"), "fentry");
  EXPECT_EQ(rows[2].at("module"), "ovs");
  EXPECT_TRUE(rows[2].at("rung").is_null());
  std::istringstream untried(list_json(sample(), std::nullopt));
  for (std::string line; std::getline(untried, line);)
    EXPECT_FALSE(Json::parse(line).contains("rung")) << line;
}

TEST(ListRemarks, CountFunctionsThatAreLeftOutAndSayHowToAsk) {
  ProbeList list = sample();
  EXPECT_TRUE(list_remarks(list, "fn:*").empty());
  list.left_out = {"fn:a", "fn:b", "fn:c", "fn:d"};
  EXPECT_EQ(
      list_remarks(list, "fn:*"),
      std::vector<std::string>{"left out: 4 functions that take an skb and cannot be watched; "
                               "--why TARGET says why: fn:a, fn:b, fn:c, ..."});
  list.left_out = {"fn:a"};
  EXPECT_EQ(list_remarks(list, "fn:*").at(0).find("left out: 1 function that takes"), 0U);
}

TEST(ListRemarks, SayWhatIsNotKnownWithoutTracefs) {
  ProbeList list = sample();
  list.is_traceable_known = false;
  list.without_group = 2;
  const std::vector<std::string> remarks = list_remarks(list, "*:*");
  ASSERT_EQ(remarks.size(), 2U);
  EXPECT_NE(remarks[0].find("the group of 2 tracepoints is not known"), std::string::npos);
  EXPECT_NE(remarks[1].find("available_filter_functions"), std::string::npos);
  // of functions, and of names without a group, groups are no matter
  EXPECT_EQ(list_remarks(list, "fn:*").size(), 1U);
  EXPECT_EQ(list_remarks(list, "ip_*").size(), 1U);
  list.probes.resize(1);  // a tracepoint
  EXPECT_TRUE(list_remarks(list, "t").empty());
}

TEST(PositionWords, SayWhereAKprobeReadsTheStack) {
  const std::vector<Rung> both{Rung::kFentry, Rung::kKprobe};
  EXPECT_EQ(argument_place({"skb", 0}, both), "first argument");
  EXPECT_EQ(argument_place({"skb", 5}, both), "sixth argument");
  EXPECT_EQ(argument_place({"skb", 6}, both), "seventh argument, for kprobe on the stack");
  EXPECT_EQ(argument_place({"skb", 11}, {Rung::kFentry}), "twelfth argument");
  EXPECT_EQ(argument_place({"skb", 2, true}, both), "in what the third argument points to");
}

}  // namespace
}  // namespace tracker
