// SPDX-License-Identifier: GPL-2.0-or-later
//
// Which events each selection option takes, form by form, and what is refused.
#include <gtest/gtest.h>

#include "event/render.h"
#include "postprocess/selection.h"
#include "tests/unit/postprocess_fixture.h"

namespace tracker::testing {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;

Result<Selection> compile(const SelectionOptions& options, const Session& session) {
  static const Names kNames = sample_names();
  return Selection::compile(options, session, kNames, session.end_ns);
}

bool matches(const SelectionOptions& options, const Event& event) {
  const auto selection = compile(options, sample_session());
  EXPECT_TRUE(selection.has_value()) << selection.error().message;
  return selection.has_value() && selection->matches(event);
}

Event drop(uint32_t reason) { return EventBuilder(kFreeProbe, kSecond, 0x5f01).drop(reason); }
Event at(uint64_t timestamp_ns) { return EventBuilder(kFreeProbe, timestamp_ns, 1); }

void expect_refused(const SelectionOptions& options, const std::string& part) {
  const auto selection = compile(options, sample_session());
  ASSERT_FALSE(selection.has_value());
  EXPECT_EQ(selection.error().kind, ErrorKind::kWrongUsage);
  EXPECT_NE(selection.error().message.find(part), std::string::npos) << selection.error().message;
}

TEST(Selection, WithoutOptionsTakesEverything) {
  EXPECT_TRUE(matches({}, drop(kNoSocket)));
  EXPECT_TRUE(compile({}, sample_session())->selects_all());
}

TEST(Selection, TakesReasonsByNameAndWildcard) {
  for (const char* pattern : {"NO_SOCKET", "no_socket", "NO_*", "core:NO_SOCKET"}) {
    EXPECT_TRUE(matches({.reasons = {pattern}}, drop(kNoSocket))) << pattern;
    EXPECT_FALSE(matches({.reasons = {pattern}}, drop(kNotSpecified))) << pattern;
  }
  EXPECT_TRUE(matches({.reasons = {"X", "NO_SOCKET"}}, drop(kNoSocket)));
}

TEST(Selection, TakesReasonsOfOtherSubsystems) {
  EXPECT_TRUE(matches({.reasons = {"openvswitch:*"}}, drop(kOvsReason)));
  EXPECT_TRUE(matches({.reasons = {"OVS_DROP_*"}}, drop(kOvsReason)));
  EXPECT_FALSE(matches({.reasons = {"openvswitch:*"}}, drop(kNoSocket)));
}

TEST(Selection, TakesReasonsWithoutANameByTheirNumber) {
  EXPECT_TRUE(matches({.reasons = {"core:0x1f2"}}, drop(0x1f2)));
  EXPECT_FALSE(matches({.reasons = {"core:0x1f2"}}, drop(0x1f3)));
}

TEST(Selection, OfAReasonTakesNoEventThatIsNoDrop) {
  EXPECT_FALSE(matches({.reasons = {"*"}}, EventBuilder(kReceiveProbe, kSecond, 1)));
}

TEST(Selection, LeavesOutReasons) {
  EXPECT_FALSE(matches({.not_reasons = {"NO_*"}}, drop(kNoSocket)));
  EXPECT_TRUE(matches({.not_reasons = {"NO_*"}}, drop(kOvsReason)));
  EXPECT_TRUE(matches({.not_reasons = {"NO_*"}}, EventBuilder(kReceiveProbe, kSecond, 1)));
}

// Names that look like wildcards, or are shown with escapes.
TEST(Selection, TakesDevicesByTheNameAsItIsAndAsItIsShown) {
  const Event odd = EventBuilder(kReceiveProbe, kSecond, 1).dev("a\"b*[c]\\", 7);
  EXPECT_TRUE(matches({.devices = {"a\"b*[c]\\"}}, odd));
  EXPECT_TRUE(matches({.devices = {escape_text("a\"b*[c]\\")}}, odd));
  const Event coloured = EventBuilder(kReceiveProbe, kSecond, 1).dev("v\x1b[1m", 7);
  EXPECT_TRUE(matches({.devices = {"v\\x1b[1m"}}, coloured));
  EXPECT_TRUE(matches({.devices = {"v*"}}, coloured));
  EXPECT_FALSE(matches({.devices = {"v\\x1b[2m"}}, coloured));
}

TEST(Selection, TakesDevicesByNameAndWildcard) {
  const Event event = EventBuilder(kReceiveProbe, kSecond, 1).dev("veth0", 7);
  EXPECT_TRUE(matches({.devices = {"veth0"}}, event));
  EXPECT_TRUE(matches({.devices = {"eth0", "veth*"}}, event));
  EXPECT_FALSE(matches({.devices = {"veth"}}, event));
  EXPECT_FALSE(matches({.devices = {"*"}}, drop(kNoSocket))) << "no device known";
}

TEST(Selection, TakesNamespacesByNamePathInumAndCookie) {
  const Event event = EventBuilder(kReceiveProbe, kSecond, 1).left();
  for (const char* typed : {"left", "/run/netns/left", "4026532001", "101", "0x65", "le*"}) {
    EXPECT_TRUE(matches({.netns = {typed}}, event)) << typed;
    EXPECT_FALSE(matches({.netns = {typed}}, EventBuilder(kReceiveProbe, kSecond, 1).right()))
        << typed;
    EXPECT_FALSE(matches({.netns = {typed}}, drop(kNoSocket))) << typed;
  }
}

TEST(Selection, TellsNamespacesApartThatUsedOneInum) {
  const Event other = EventBuilder(kReceiveProbe, kSecond, 1).netns(999, 4026532001);
  EXPECT_FALSE(matches({.netns = {"left"}}, other)) << "the cookie is another";
  EXPECT_TRUE(matches({.netns = {"4026532001"}}, other)) << "the inum was asked for";
}

TEST(Selection, TakesPacketIdsInEveryForm) {
  for (const char* typed : {"5f01", "#5f01", "0x5f01", "5F01"}) {
    EXPECT_TRUE(matches({.packets = {typed}}, drop(kNoSocket))) << typed;
  }
  EXPECT_FALSE(matches({.packets = {"5f02"}}, drop(kNoSocket)));
  EXPECT_TRUE(matches({.packets = {"5f02", "5f01"}}, drop(kNoSocket)));
}

TEST(Selection, TakesProbesAsTyped) {
  for (const char* typed : {"tp:skb:kfree_skb", "tp:skb:*", "*kfree*"}) {
    EXPECT_TRUE(matches({.probes = {typed}}, drop(kNoSocket))) << typed;
  }
  EXPECT_FALSE(matches({.probes = {"tp:net:*"}}, drop(kNoSocket)));
  EXPECT_FALSE(matches({.probes = {"*"}}, EventBuilder(999, kSecond, 1))) << "no such probe";
}

TEST(Selection, TakesPacketsByPcapFilter) {
  const Event event = EventBuilder(kReceiveProbe, kSecond, 1).packet(udp_packet(1, 40000, 2, 9));
  EXPECT_TRUE(matches({.filter = "udp port 9 and host 10.1.0.1"}, event));
  EXPECT_FALSE(matches({.filter = "tcp"}, event));
  EXPECT_FALSE(matches({.filter = "udp"}, drop(kNoSocket))) << "no packet kept";
}

TEST(Selection, WantsOptionsOfAllKindsToMatch) {
  const Event event = EventBuilder(kFreeProbe, kSecond, 1).drop(kNoSocket).left();
  EXPECT_TRUE(matches({.reasons = {"NO_SOCKET"}, .netns = {"left"}}, event));
  EXPECT_FALSE(matches({.reasons = {"NO_SOCKET"}, .netns = {"right"}}, event));
}

struct TimeCase {
  const char* typed;
  uint64_t boottime_ns;  // the first that --since takes
};

class TimeForms : public ::testing::TestWithParam<TimeCase> {};

// The recording runs from 09:13:55.5 UTC, which is 10:13:55.5 there, for 600 s; boot clock 1 s to
// 601 s.
TEST_P(TimeForms, NameOneInstant) {
  const uint64_t ns = GetParam().boottime_ns;
  EXPECT_TRUE(matches({.since = GetParam().typed}, at(ns)));
  EXPECT_FALSE(matches({.since = GetParam().typed}, at(ns - 1)));
  EXPECT_TRUE(matches({.until = GetParam().typed}, at(ns)));
  EXPECT_FALSE(matches({.until = GetParam().typed}, at(ns + 1)));
}

INSTANTIATE_TEST_SUITE_P(
    Forms, TimeForms,
    ::testing::Values(TimeCase{"2026-11-21T09:14:00Z", 5'500'000'000},
                      TimeCase{"2026-11-21T10:14:00+01:00", 5'500'000'000},
                      TimeCase{"2026-11-21T10:14:00", 5'500'000'000},
                      TimeCase{"2026-11-21 04:14:00.25-05:00", 5'750'000'000},
                      TimeCase{"2026-11-21T10:14", 5'500'000'000}, TimeCase{"10:14", 5'500'000'000},
                      TimeCase{"10:14:00", 5'500'000'000},
                      TimeCase{"10:14:00.123456789", 5'623'456'789},
                      TimeCase{"-5m", 301'000'000'000}, TimeCase{"-30s", 571'000'000'000},
                      TimeCase{"-0.5s", 600'500'000'000}, TimeCase{"-0.1h", 241'000'000'000}));

TEST(Selection, TakesTimesOfTheNextDayWhereTheRecordingRunsPastMidnight) {
  Session session = sample_session();
  session.clocks = {{kSecond, 1'795'301'995'000'000'000}};  // 23:59:55 there
  const auto selection = compile({.since = "00:00:05"}, session);
  ASSERT_TRUE(selection.has_value());
  EXPECT_TRUE(selection->matches(at(11 * kSecond)));
  EXPECT_FALSE(selection->matches(at(11 * kSecond - 1)));
}

TEST(Selection, TakesTimesOnBothSidesOfAClockStep) {
  Session session = sample_session();
  const int64_t start = session.clocks[0].realtime_ns;
  // After 100 s the clock is set 50 s forward.
  session.clocks.push_back({101 * kSecond, start + 150'000'000'000});
  const auto before = compile({.since = "10:14:55.5"}, session);  // 60 s after the start
  EXPECT_TRUE(before->matches(at(61 * kSecond)));
  EXPECT_FALSE(before->matches(at(61 * kSecond - 1)));
  const auto skipped = compile({.since = "10:16:05.5"}, session);  // 130 s: was never shown
  EXPECT_TRUE(skipped->matches(at(101 * kSecond)));
  EXPECT_FALSE(skipped->matches(at(101 * kSecond - 1)));
  const auto after = compile({.since = "10:17:05.5"}, session);  // 190 s
  EXPECT_TRUE(after->matches(at(141 * kSecond)));
  EXPECT_FALSE(after->matches(at(141 * kSecond - 1)));
}

TEST(Selection, SurvivesHostileClocks) {
  for (const int64_t realtime : {INT64_MIN, INT64_MAX, int64_t{0}}) {
    for (const uint64_t boottime : {uint64_t{0}, UINT64_MAX}) {
      Session session = sample_session();
      session.clocks = {{boottime, realtime}, {UINT64_MAX, INT64_MIN}, {1, INT64_MAX}};
      session.utc_offset_seconds = INT32_MAX;
      EXPECT_TRUE(compile({.since = "10:14:00", .until = "2026-11-21T09:14:00Z"}, session));
    }
  }
}

TEST(Selection, OfTimesBeyondTheRangeOfNanosecondsAreBeforeOrAfterEverything) {
  Session session = sample_session();
  for (const int32_t zone : {0, INT32_MIN, INT32_MAX}) {
    session.utc_offset_seconds = zone;
    EXPECT_EQ(compile({.since = "1013-11-21T09:13:01"}, session)->since_ns(), 0U) << zone;
    EXPECT_GT(compile({.since = "2200-01-01T00:00:00"}, session)->since_ns(), session.end_ns);
  }
}

TEST(Selection, RefusesWhatIsMalformedWithTheFormsThatAreNot) {
  const std::string forms = "2026-11-21T09:13:55Z (RFC 3339), 09:13 or 09:13:55.5";
  for (const char* typed : {"yesterday", "10:1", "10:14:", "10:14.5", "24:14", "25:00:00",
                            "2026-02-30T00:00:00Z", "-5", "-m", "5m", "-5d", "10:14:00Z",
                            "2026-11-21", "2026-11-21T09:14:00Zx", "-99999999999h", "10:14:00."}) {
    expect_refused({.since = typed}, "--since '" + std::string(typed) + "' is not a time; give");
    expect_refused({.until = typed}, forms);
  }
  for (const char* typed : {"xyz", "", "0", "#", "0x", "5f01 ", "11112222333344445"}) {
    expect_refused({.packets = {typed}}, "give it as it is shown: 5f01, '#5f01' or 0x5f01");
  }
  expect_refused({.netns = {""}}, "--netns is empty");
  expect_refused({.netns = {"/run/netns/"}}, "ends in a slash");
  expect_refused({.reasons = {""}}, "--reason is empty");
  expect_refused({.devices = {""}}, "--dev is empty");
  expect_refused({.probes = {""}}, "--probe is empty");
  expect_refused({.filter = "udp porr 53"}, "udp porr 53");
}

TEST(RecordingEnd, IsTheCleanEndElseTheLastEvent) {
  Session session = sample_session();
  const std::vector<BlockInfo> blocks{{1, 1, 5, 7, 10}, {2, 1, 4, 1'000'000'009, 10}};
  EXPECT_EQ(recording_end(session, blocks), session.end_ns);
  session.end_ns = 0;
  EXPECT_EQ(recording_end(session, blocks), 1'000'000'009U);
  EXPECT_EQ(recording_end(session, {}), session.start_ns);
}

}  // namespace
}  // namespace tracker::testing
