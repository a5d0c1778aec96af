// SPDX-License-Identifier: GPL-2.0-or-later
#include "postprocess/stats.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/unit/postprocess_fixture.h"

namespace tracker {
namespace {

Stats stats_of(int unhit) {
  Stats stats;
  for (int i = 0; i <= unhit; ++i) {
    ProbeStats probe;
    probe.target = "fn:f" + std::to_string(i);
    probe.is_attached = true;
    probe.how = "kprobe_multi";
    if (i == 0) probe.totals.seen = probe.totals.recorded = 3;
    stats.probes.push_back(probe);
  }
  return stats;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(StatsText, ListsAFewProbesThatWereNeverHit) {
  const std::string text = render_stats_text(stats_of(40), {}, false);
  EXPECT_TRUE(has(text, "fn:f40 ")) << text;
  EXPECT_FALSE(has(text, "--all")) << text;
}

TEST(StatsText, CountsManyProbesThatWereNeverHit) {
  const std::string text = render_stats_text(stats_of(1500), {}, false);
  EXPECT_TRUE(has(text, "fn:f0 ")) << text;
  EXPECT_FALSE(has(text, "fn:f7 ")) << text;
  EXPECT_TRUE(has(text, "\n1500 more saw no hit; --all lists them\n")) << text;
  EXPECT_TRUE(has(render_stats_text(stats_of(1500), {}, true), "fn:f1500 "));
}

TEST(StatsText, SaysWhatASharedProgramMissed) {
  Session session;
  session.shared_programs = {
      {"kprobe_multi", 1895, 4}, {"fentry_multi", 20, 0}, {"kprobe", 17, -1}};
  const std::string text = render_stats_text(stats_of(1), session, false);
  EXPECT_TRUE(has(text,
                  "a program of 1895 functions (kprobe_multi) missed 4 hits\n"
                  "a program of 20 functions (fentry_multi) missed none that the kernel counts\n"
                  "a program of 17 functions (kprobe) missed a number of hits that "
                  "this kernel does not tell\n"))
      << text;
  const auto json = nlohmann::json::parse(render_stats_json(stats_of(1), session));
  EXPECT_EQ(json.at("shared_programs"),
            nlohmann::json::parse(R"([{"how": "kprobe_multi", "probes": 1895, "missed": 4},
                                      {"how": "fentry_multi", "probes": 20, "missed": 0},
                                      {"how": "kprobe", "probes": 17}])"));
}

// A slash is not always that of "/stack".
TEST(MakeStats, KnowsAModulesFunctionByItsWholeName) {
  Names names;
  names.probes = {{"fn", "veth/veth_xmit", {}, ProbeRole::kOther},
                  {"fn", "veth/veth_poll", {}, ProbeRole::kOther}};
  Session session;
  session.attachments = {{"fn:veth/veth_xmit", true, "fentry", "", 2},
                         {"fn:veth/veth_poll/stack", true, "kprobe", "", -1}};
  const testing::MemorySource source({}, names, session);
  std::vector<DamagedBlock> damaged;
  const Stats stats = make_stats(source, "a.db", 0, Selection(), damaged);
  ASSERT_EQ(stats.probes.size(), 2U);
  EXPECT_EQ(stats.probes[0].how, "fentry");
  EXPECT_EQ(stats.probes[0].missed, 2);
  EXPECT_EQ(stats.probes[1].target, "fn:veth/veth_poll/stack");
  EXPECT_TRUE(stats.probes[1].is_attached);
}

}  // namespace
}  // namespace tracker
