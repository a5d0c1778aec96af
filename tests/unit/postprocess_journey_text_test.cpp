// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include "postprocess/journey_text.h"
#include "tests/unit/postprocess_fixture.h"

namespace tracker::testing {
namespace {

std::string steps_of(const std::vector<Event>& events) {
  const Names names = sample_names();
  const Session session;
  JourneyText renderer(names, false, session);
  std::vector<const Event*> pointers;
  for (const Event& event : events) pointers.push_back(&event);
  Journey journey;
  journey.packet_id = events.front().packet_id;
  journey.events = 1;
  std::string text;
  renderer.begin(journey, text);
  text.clear();
  renderer.steps(pointers, text);
  return text;
}

std::string first_line_of(const Journey& journey, uint64_t seen_before_ns) {
  const Names names = sample_names();
  const Session session = sample_session();
  JourneyText renderer(names, false, session);
  std::string text;
  if (seen_before_ns != 0) {
    Journey before;
    before.first_ns = seen_before_ns;
    renderer.begin(before, text);
    text.clear();
  }
  renderer.begin(journey, text);
  return text;
}

// The recording starts at 10:13:55.5 there.
TEST(JourneyText, SaysWhenThePacketWasFirstSeenAndItsTcpFlags) {
  Journey journey;
  journey.packet_id = 0x5f03;
  journey.first_ns = 2'000'000'000;
  journey.events = 1;
  journey.flow = "TCP 10.1.0.1:40000 > 10.1.0.2:80";
  journey.tcp_flags = "S.";
  journey.length = 60;
  journey.verdict.timestamp_ns = journey.first_ns;
  journey.verdict.outcome = Outcome::kDropped;
  EXPECT_EQ(first_line_of(journey, 0),
            "#5f03  TCP 10.1.0.1:40000 > 10.1.0.2:80 [S.]  60 B  DROPPED, first seen at "
            "10:13:56.500000\n");
  journey.events = 2;
  journey.verdict.timestamp_ns += 4'100;
  journey.parents = {{0x5f01, ParentKind::kClone}};
  EXPECT_EQ(first_line_of(journey, 0),
            "#5f03  TCP 10.1.0.1:40000 > 10.1.0.2:80 [S.]  60 B  DROPPED, 4.1 us after first seen "
            "at 10:13:56.500000  clone of #5f01\n");
}

TEST(JourneyText, SaysTheDateWhereTheDayChanges) {
  constexpr uint64_t kDayNs = 86'400'000'000'000;
  Journey journey;
  journey.packet_id = 1;
  journey.first_ns = 2'000'000'000 + kDayNs;
  journey.events = 1;
  const std::string first_line =
      "#1  UNKNOWN, last seen at tp:skb:kfree_skb, first seen at "
      "10:13:56.500000\n";
  EXPECT_EQ(first_line_of(journey, 0), "2026-11-22 UTC+01:00\n" + first_line);
  EXPECT_EQ(first_line_of(journey, 2'000'000'000), "\n2026-11-22 UTC+01:00\n" + first_line);
  EXPECT_EQ(first_line_of(journey, kDayNs), "\n" + first_line);
}

// On a veth the other end runs before the driver returns.
TEST(JourneyText, OfADriversLateReportDoesNotMoveThePacketBack) {
  const PacketSection sent = udp_packet(1, 40000, 2, 9);
  const PacketSection forwarded = udp_packet(1, 40000, 2, 9, 63);
  EXPECT_EQ(
      steps_of(
          {EventBuilder(kStartTransmitProbe, 0, 1).dev("left0", 2).left().packet(sent).mark(1),
           EventBuilder(kReceiveProbe, 1000, 1).dev("right0", 3).right().packet(forwarded).mark(2),
           EventBuilder(kTransmittedProbe, 2000, 1)
               .dev("left0", 2)
               .left()
               .packet(sent)
               .mark(1)
               .returned(0),
           EventBuilder(kFreeProbe, 3000, 1)
               .dev("right0", 3)
               .right()
               .packet(forwarded)
               .mark(2)
               .drop(kNoSocket)}),
      "      0.0 us  cpu0  tp:net:net_dev_start_xmit  left0  netns left\n"
      "     +1.0     cpu0  tp:net:netif_receive_skb   right0  netns left -> right  ttl 64 -> 63  "
      "mark 0x1 -> 0x2\n"
      "     +1.0     cpu0  tp:net:net_dev_xmit\n"
      "     +1.0     cpu0  tp:skb:kfree_skb           NO_SOCKET: nothing listens there, or only on "
      "another "
      "address, device or VRF, or connected elsewhere\n");
}

TEST(JourneyText, OfADriversReportSaysWhatItReturned) {
  EXPECT_EQ(
      steps_of({EventBuilder(kStartTransmitProbe, 0, 1).dev("left0", 2).left(),
                EventBuilder(kTransmittedProbe, 1000, 1).dev("left0", 2).left().returned(16)}),
      "      0.0 us  cpu0  tp:net:net_dev_start_xmit  left0  netns left\n"
      "     +1.0     cpu0  tp:net:net_dev_xmit        returned NETDEV_TX_BUSY\n");
}

TEST(JourneyText, OfAReturnSaysWhatTheFunctionReturned) {
  EXPECT_EQ(steps_of({EventBuilder(kReceiveProbe, 0, 1).dev("right0", 3).right(),
                      EventBuilder(kReturnProbe, 1000, 1).left().returned(0),
                      EventBuilder(kReturnProbe, 2000, 1).left().returned(-12),
                      EventBuilder(kReturnProbe, 3000, 1).left()}),
            "      0.0 us  cpu0  tp:net:netif_receive_skb  right0  netns right\n"
            "     +1.0     cpu0  fn:ip_rcv%return          returned 0\n"
            "     +1.0     cpu0  fn:ip_rcv%return          returned -12 (ENOMEM)\n"
            "     +1.0     cpu0  fn:ip_rcv%return\n");
}

TEST(JourneyText, MarksAStepOfAPacketInHandWhichSaysNothingOfItsPlace) {
  EXPECT_EQ(steps_of({EventBuilder(kReceiveProbe, 0, 1).dev("right0", 3).right(),
                      EventBuilder(kInferredProbe, 1000, 1).left()}),
            "      0.0 us  cpu0  tp:net:netif_receive_skb    right0  netns right\n"
            "     +1.0     cpu0  fn:neigh_lookup (inferred)\n");
}

TEST(JourneyText, OfADriversReportAloneSaysWhere) {
  EXPECT_EQ(steps_of({EventBuilder(kTransmittedProbe, 0, 1).dev("left0", 2).left().returned(0),
                      EventBuilder(kReceiveProbe, 1000, 1).dev("right0", 3).right()}),
            "      0.0 us  cpu0  tp:net:net_dev_xmit       left0  netns left\n"
            "     +1.0     cpu0  tp:net:netif_receive_skb  right0  netns right\n");
}

}  // namespace
}  // namespace tracker::testing
