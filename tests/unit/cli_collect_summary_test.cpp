// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/collect_summary.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tracker {
namespace {

// A second of one probe on two CPUs.
CollectSummary summary_of(const ProbeCounters& first, const ProbeCounters& second) {
  CollectSummary summary;
  summary.session.start_ns = 5'000'000'000;
  summary.session.end_ns = 6'000'000'000;
  summary.session.end_reason = "SIGINT";
  summary.session.attachments.push_back({"tp:skb:kfree_skb", true, "tp_btf", "", 0});
  summary.session.counters = {first, second};
  return summary;
}

CollectSummary quiet_summary() {
  return summary_of({.seen = 9, .filtered = 2, .recorded = 7},
                    {.cpu = 1, .seen = 1, .recorded = 1});
}

TEST(CollectSummaryText, ListsDropsAndTheSumOverAllCpus) {
  EXPECT_EQ(render_collect_summary(quiet_summary(),
                                   {{"NO_SOCKET", "tcp_v4_rcv+0x77", 7}, {"", "ip_rcv+0x1", 1}},
                                   {.recording = "a.db"}),
            "1.0 s, ended: SIGINT\n"
            "drops by reason and place:\n"
            "         7  NO_SOCKET  tcp_v4_rcv+0x77\n"
            "         1             ip_rcv+0x1\n"
            "seen 10 = filtered 2 + recorded 8 + lost 0\n"
            "recorded in a.db\n");
}

// Of a probe that shares its program it is not known alone, but of all of them together.
TEST(CollectSummaryText, CountsWhatASharedProgramMissed) {
  CollectSummary summary = quiet_summary();
  summary.session.attachments.push_back({"fn:ip_rcv", true, "kprobe_multi", "", -1});
  summary.session.attachments.push_back({"fn:ip_output", true, "kprobe_multi", "", -1});
  const auto text = [&] { return render_collect_summary(summary, {}, {}); };
  EXPECT_NE(text().find("missed: unknown on this kernel\n"), std::string::npos) << text();
  summary.session.shared_programs = {{"kprobe_multi", 2, 5}};
  EXPECT_NE(text().find("missed 5: hits for which the kernel ran no program: during another "
                        "one on that CPU, or without room for one more call\n"),
            std::string::npos)
      << text();
  summary.session.shared_programs = {{"kprobe_multi", 1, 5}};
  EXPECT_NE(text().find("missed: unknown on this kernel\n"), std::string::npos) << text();
}

TEST(CollectSummaryText, SaysWhereEventsWereLost) {
  const std::string text = render_collect_summary(
      summary_of({.seen = 10, .recorded = 4, .ring_full = 3, .reader = 2, .storage = 1}, {}), {},
      {});
  EXPECT_NE(text.find("seen 10 = filtered 0 + shown 4 + lost 6\n"
                      "lost: ring full 3, reader 2, storage 1\n"),
            std::string::npos)
      << text;
  EXPECT_EQ(text.find("recorded in"), std::string::npos) << text;
}

// What stats could say of it is in no file.
TEST(CollectSummaryText, NamesNoRecordingToLookInWhereThereIsNone) {
  const CollectSummary summary = summary_of({.seen = 10, .recorded = 4, .ring_full = 6}, {});
  EXPECT_NE(render_collect_summary(summary, {}, {.recording = "a.db"})
                .find("; see `tracker stats` for when\n"),
            std::string::npos);
  EXPECT_NE(
      render_collect_summary(summary, {}, {}).find("lost: ring full 6, reader 0, storage 0\n"),
      std::string::npos);
}

TEST(CollectSummaryText, CountsWhatWasNotShownAsLostWhereNothingIsRecorded) {
  CollectSummary summary = quiet_summary();
  summary.events = 8;
  const ShownCounts shown{{{0, 0}, 3}};
  EXPECT_EQ(not_shown(shown, summary), 5U);
  count_not_shown_as_lost(shown, summary.session.counters);
  const std::vector<ProbeCounters> closed{{.seen = 9, .filtered = 2, .recorded = 3, .reader = 4},
                                          {.cpu = 1, .seen = 1, .reader = 1}};
  EXPECT_EQ(summary.session.counters, closed);
  EXPECT_EQ(
      render_collect_summary(summary, {}, {.recording = {}, .not_shown = 5}),
      "1.0 s, ended: SIGINT\n"
      "seen 10 = filtered 2 + shown 3 + lost 5\n"
      "lost: ring full 0, reader 5, storage 0\n"
      "not shown 5, counted as lost by the reader: live output could not take them and nothing "
      "was recorded (leave --no-record out to keep them)\n");
}

TEST(CollectSummaryText, PointsToTheRecordingForWhatWasNotShown) {
  EXPECT_EQ(
      render_collect_summary(quiet_summary(), {}, {.recording = "a.db", .not_shown = 5}),
      "1.0 s, ended: SIGINT\n"
      "seen 10 = filtered 2 + recorded 8 + lost 0\n"
      "not shown 5: live output could not take them; `tracker print` shows what was recorded\n"
      "recorded in a.db\n");
}

TEST(CollectSummaryText, SaysThatMissedIsUnknownOnlyWhereItIs) {
  CollectSummary summary = quiet_summary();
  EXPECT_EQ(render_collect_summary(summary, {}, {}).find("missed"), std::string::npos);
  summary.session.attachments[0].missed = -1;
  EXPECT_NE(render_collect_summary(summary, {}, {}).find("missed: unknown"), std::string::npos);
}

TEST(CollectSummaryText, SaysWhatWasLeftOutOfEvents) {
  CollectSummary summary = quiet_summary();
  summary.left_out = {.stacks = 3, .interfaces = 1};
  EXPECT_NE(render_collect_summary(summary, {}, {})
                .find("left out, because there were too many different ones: stacks 3, interface "
                      "names 1\n"),
            std::string::npos);
}

TEST(CollectSummaryText, EscapesTheNameOfTheRecording) {
  EXPECT_EQ(render_collect_summary(quiet_summary(), {}, {.recording = "a\x1b[2J.db"}).find('\x1b'),
            std::string::npos);
}

TEST(CollectSummaryText, SaysHowManyKindsOfDropsItLeftOut) {
  const std::vector<DropTally::Row> drops(25, {"NO_SOCKET", "ip_rcv+0x1", 1});
  EXPECT_NE(render_collect_summary(quiet_summary(), drops, {}).find(" 5 more;"), std::string::npos);
}

TEST(CollectSummary, SaysRecordedOfWhatIsInARecordingOnly) {
  const std::string text =
      render_collect_summary(quiet_summary(), {}, {.recording = {}, .is_shown = false});
  EXPECT_NE(text.find("seen 10 = filtered 2 + counted 8 + lost 0\n"), std::string::npos) << text;
}

TEST(CollectSummary, SaysWhatALimitLeftOutAndEnded) {
  CollectSummary summary = quiet_summary();
  summary.session.end_reason = "--count";
  summary.after_limit = 2;
  summary.has_ended_command = true;
  EXPECT_EQ(render_collect_summary(summary, {}, {.recording = "a.db"}),
            "1.0 s, ended: --count; CMD still ran and was ended\n"
            "seen 10 = filtered 2 + recorded 8 + lost 0\n"
            "filtered 2 because they came after --count or --max-size was reached\n"
            "recorded in a.db\n");
}

}  // namespace
}  // namespace tracker
