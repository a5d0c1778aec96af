// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include "postprocess/journey_text.h"
#include "tests/unit/postprocess_fixture.h"

namespace tracker::testing {
namespace {

std::string steps_of(const std::vector<Event>& events) {
  const Names names = sample_names();
  JourneyText renderer(names, false);
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
      "     +1.0     cpu0  tp:skb:kfree_skb           NO_SOCKET: nothing listens on that port\n");
}

TEST(JourneyText, OfADriversReportSaysWhatItReturned) {
  EXPECT_EQ(
      steps_of({EventBuilder(kStartTransmitProbe, 0, 1).dev("left0", 2).left(),
                EventBuilder(kTransmittedProbe, 1000, 1).dev("left0", 2).left().returned(16)}),
      "      0.0 us  cpu0  tp:net:net_dev_start_xmit  left0  netns left\n"
      "     +1.0     cpu0  tp:net:net_dev_xmit        returned NETDEV_TX_BUSY\n");
}

TEST(JourneyText, OfADriversReportAloneSaysWhere) {
  EXPECT_EQ(steps_of({EventBuilder(kTransmittedProbe, 0, 1).dev("left0", 2).left().returned(0),
                      EventBuilder(kReceiveProbe, 1000, 1).dev("right0", 3).right()}),
            "      0.0 us  cpu0  tp:net:net_dev_xmit       left0  netns left\n"
            "     +1.0     cpu0  tp:net:netif_receive_skb  right0  netns right\n");
}

}  // namespace
}  // namespace tracker::testing
