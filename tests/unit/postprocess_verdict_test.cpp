// SPDX-License-Identifier: GPL-2.0-or-later
//
// How a packet ended, case by case.
#include <gtest/gtest.h>

#include "postprocess/journey.h"
#include "tests/unit/postprocess_fixture.h"

namespace tracker::testing {
namespace {

Journey build(const std::vector<Event>& events, const std::vector<LossWindow>& windows = {}) {
  const Names names = sample_names();
  LossIndex losses(windows);
  losses.finish();
  JourneyBuilder builder(names, losses);
  for (const Event& event : events) builder.add(event);
  return builder.finish();
}

struct Case {
  std::string name;
  std::vector<Event> events;
  Outcome outcome;
  uint64_t decided_ns;
  std::string dev;
};

class Verdicts : public ::testing::TestWithParam<Case> {};

TEST_P(Verdicts, FollowFromTheEvents) {
  const Journey journey = build(GetParam().events);
  EXPECT_EQ(outcome_text(journey.verdict.outcome), outcome_text(GetParam().outcome));
  EXPECT_EQ(journey.verdict.timestamp_ns, GetParam().decided_ns);
  EXPECT_EQ(journey.verdict.dev.name.view(), GetParam().dev);
}

EventBuilder start(uint64_t ns, std::string_view dev) {
  return EventBuilder(kStartTransmitProbe, ns, 1).dev(dev, 2);
}
EventBuilder done(uint64_t ns, std::string_view dev, int32_t code = 0) {
  return EventBuilder(kTransmittedProbe, ns, 1).dev(dev, 2).returned(code);
}
EventBuilder receive(uint64_t ns, std::string_view dev) {
  return EventBuilder(kReceiveProbe, ns, 1).dev(dev, 3);
}
EventBuilder drop(uint64_t ns, uint32_t reason = kNoSocket) {
  return EventBuilder(kFreeProbe, ns, 1).drop(reason);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Verdicts,
    ::testing::Values(
        Case{"Drop", {receive(1, "eth0"), drop(2)}, Outcome::kDropped, 2, "eth0"},
        Case{"DropWithoutReason", {EventBuilder(kFreeProbe, 1, 1)}, Outcome::kDropped, 1, ""},
        Case{"Consumption",
             {receive(1, "eth0"), EventBuilder(kConsumeProbe, 2, 1)},
             Outcome::kConsumed,
             2,
             "eth0"},
        Case{"FreeWithReasonConsumed",
             {receive(1, "eth0"), drop(2, kConsumedReason)},
             Outcome::kConsumed,
             2,
             "eth0"},
        Case{"DriverTookIt", {start(1, "eth0"), done(2, "eth0")}, Outcome::kTransmitted, 2, "eth0"},
        Case{"DriverTookItWithoutStartProbe",
             {EventBuilder(kQueueProbe, 1, 1).dev("eth0", 2), done(2, "eth0")},
             Outcome::kTransmitted,
             2,
             "eth0"},
        Case{
            "DriverWasBusy", {start(1, "eth0"), done(2, "eth0", 16)}, Outcome::kUnknown, 2, "eth0"},
        Case{"DriverWasBusyThenTookIt",
             {start(1, "eth0"), done(2, "eth0", 16), start(3, "eth0"), done(4, "eth0")},
             Outcome::kTransmitted,
             4,
             "eth0"},
        Case{"DriverDroppedItAndReportsAfterwards",
             {start(1, "tun0"), drop(2), done(3, "tun0", 1)},
             Outcome::kDropped,
             2,
             "tun0"},
        Case{"DriverDroppedItAndReportsSuccess",
             {drop(2), done(3, "tun0")},
             Outcome::kDropped,
             2,
             ""},
        Case{"SeenInThePeerBeforeTheReport",
             {start(1, "left0"), receive(2, "right0"), done(3, "left0")},
             Outcome::kUnknown,
             2,
             "right0"},
        Case{"SeenAgainAfterTransmission",
             {start(1, "left0"), done(2, "left0"), receive(3, "right0")},
             Outcome::kUnknown,
             3,
             "right0"},
        Case{"DevicesOnDevices",
             {start(1, "vlan5"), start(2, "eth0"), done(3, "eth0"), done(4, "vlan5")},
             Outcome::kTransmitted,
             4,
             "eth0"},

        Case{"ReturnedAfterTheDrop",
             {receive(1, "eth0"), drop(2), EventBuilder(kReturnProbe, 3, 1).returned(1)},
             Outcome::kDropped,
             2,
             "eth0"},
        Case{"ReturnedFromWhereItWas",
             {receive(1, "eth0"), EventBuilder(kReturnProbe, 3, 1).returned(0)},
             Outcome::kUnknown,
             1,
             "eth0"},
        Case{"OnlyReturns",
             {EventBuilder(kReturnProbe, 1, 1), EventBuilder(kReturnProbe, 2, 1)},
             Outcome::kUnknown,
             2,
             ""},
        Case{"ReturnedBeforeItWasSeen",
             {EventBuilder(kReturnProbe, 1, 1), receive(2, "eth0")},
             Outcome::kUnknown,
             2,
             "eth0"},
        Case{"LivedOnAfterADrop", {drop(1), receive(2, "eth0")}, Outcome::kUnknown, 2, "eth0"},
        Case{"OnlySeen", {receive(1, "eth0")}, Outcome::kUnknown, 1, "eth0"}),
    [](const auto& test_case) { return test_case.param.name; });

TEST(Verdict, OfADropSaysReasonAndPlace) {
  const Journey journey = build({receive(1, "eth0"), drop(5).right()});
  EXPECT_EQ(journey.verdict.drop, (DropSection{kNoSocket, true, kUdpRcv}));
  EXPECT_EQ(journey.verdict.probe, kFreeProbe);
  EXPECT_EQ(journey.verdict.netns.cookie, kRightCookie);
}

TEST(JourneyIdentity, IsOfTheFirstEventThatKnows) {
  const Journey journey =
      build({EventBuilder(kQueueProbe, 1, 1), receive(2, "eth0").packet(udp_packet(1, 40000, 2, 9)),
             receive(3, "eth0").packet(udp_packet(1, 40000, 3, 9))});
  EXPECT_EQ(journey.flow, "UDP 10.1.0.1:40000 > 10.1.0.2:9");
  EXPECT_EQ(journey.length, 46U);
}

TEST(JourneyLoss, OfOneOfItsCpusInItsTimeMakesItIncomplete) {
  const std::vector<Event> events{receive(100, "eth0").cpu(1), drop(200).cpu(3)};
  EXPECT_TRUE(build(events, {{2, 100, 200, 5}}).is_complete()) << "another CPU";
  EXPECT_TRUE(build(events, {{1, 201, 300, 5}, {3, 1, 99, 5}}).is_complete()) << "another time";
  EXPECT_TRUE(build(events, {{1, 100, 200, 0}}).is_complete()) << "nothing lost";
  const Journey journey = build(
      events,
      {{1, 1, 100, 5}, {3, 150, 160, 6}, {3, 200, 900, 7}, {1, 1, 99, 100}, {2, 1, 900, 100}});
  EXPECT_EQ(journey.loss.events, 18U);
  EXPECT_EQ(journey.loss.cpus, (std::vector<uint16_t>{1, 3}));
}

TEST(JourneyLoss, OfAnyCpuFromItsStartOnMattersWhereTheEndIsUnknown) {
  const Journey journey = build({receive(100, "eth0").cpu(1)}, {{2, 500, 600, 5}, {4, 1, 99, 9}});
  EXPECT_EQ(journey.loss.events, 5U);
  EXPECT_EQ(journey.loss.cpus, (std::vector<uint16_t>{2}));
}

TEST(JourneyLoss, IsCountedRightWhenWindowsOverlap) {
  std::vector<LossWindow> windows;
  for (uint64_t i = 0; i < 100; ++i) windows.push_back({0, i * 10, i * 10 + 500, 1});
  LossIndex losses(windows);
  losses.finish();
  const std::vector<uint16_t> cpus{0};
  for (uint64_t from = 0; from < 1600; from += 77) {
    for (uint64_t to = from; to < 1700; to += 99) {
      uint64_t expected = 0;
      for (const LossWindow& window : windows) {
        if (window.from_ns <= to && window.to_ns >= from) expected += window.count;
      }
      EXPECT_EQ(losses.on_cpus(cpus, from, to).events, expected) << from << " " << to;
    }
  }
}

}  // namespace
}  // namespace tracker::testing
