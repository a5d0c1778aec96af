// SPDX-License-Identifier: GPL-2.0-or-later
//
// -f on packets that are shown as what it asks for and that a pcap filter does not see.
#include <gtest/gtest.h>

#include "storage/writer.h"
#include "tests/cli/program.h"
#include "tests/unit/event_frames.h"

namespace tracker::cli_test {
namespace {

class HiddenPacket : public Program {
 protected:
  // A recording, a.db, of one such frame dropped.
  void record(const tracker::testing::Frame& frame) {
    Session session;
    session.attachments = {{"tp:skb:kfree_skb", true, "tp_btf", "", 0}};
    session.start_ns = 1;
    session.end_ns = 3;
    session.counters = {{.probe = 0, .seen = 1, .recorded = 1}};
    Names names;
    names.probes = {{"tp", "skb:kfree_skb", {}, ProbeRole::kDropped}};
    Event event;
    event.timestamp_ns = 2;
    event.sections = section_bit(Section::kDrop) | section_bit(Section::kPacket);
    event.packet = tracker::testing::section_of(frame);
    auto writer = RecordingWriter::create(folder_.file("a.db"), session, names);
    ASSERT_TRUE(writer) << writer.error().message;
    ASSERT_TRUE((*writer)->on_events({&event, 1}, names));
    ASSERT_TRUE((*writer)->finish(session, names));
  }
};

TEST_F(HiddenPacket, BehindAVlanTagIsSaid) {
  record(tracker::testing::kVlan);
  const char* sentence =
      "tracker: -f 'udp port 9' did not match 1 event whose packet has a VLAN tag; without, it "
      "would. Behind the tag too: -f 'udp port 9 or (vlan and udp port 9)'\n";
  for (const char* view : {"print", "sort", "drops"}) {
    const ProcessResult hidden = run({view, "a.db", "-f", "udp port 9"});
    EXPECT_EQ(hidden.status, 0) << hidden.err;
    EXPECT_EQ(hidden.out, "");
    EXPECT_TRUE(hidden.err.ends_with(sentence)) << hidden.err;
    const ProcessResult found = run({view, "a.db", "-f", "udp port 9 or (vlan and udp port 9)"});
    EXPECT_NE(found.out, "");
    EXPECT_EQ(found.err, "");
    const ProcessResult inverse = run({view, "a.db", "-f", "not udp port 9"});
    EXPECT_NE(inverse.out, "");
    EXPECT_EQ(inverse.err,
              "tracker: -f 'not udp port 9' matched 1 event whose packet has a VLAN tag; without, "
              "it would not\n");
    const ProcessResult other = run({view, "a.db", "-f", "udp port 10"});
    EXPECT_EQ(other.err.find("VLAN"), std::string::npos) << other.err;
  }
}

TEST_F(HiddenPacket, BehindTwoTagsAnotherFilterIsSaid) {
  record(tracker::testing::kQinQ);
  const ProcessResult hidden = run({"print", "a.db", "-f", "tcp or udp"});
  const std::string wider = "(tcp or udp) or (vlan and ((tcp or udp) or (vlan and (tcp or udp))))";
  EXPECT_NE(hidden.err.find("Behind the tag too: -f '" + wider + "'\n"), std::string::npos)
      << hidden.err;
  EXPECT_NE(run({"print", "a.db", "-f", wider}).out, "");
}

TEST_F(HiddenPacket, ByItsLengthHasNoOtherFilter) {
  record(tracker::testing::kVlan);
  const auto frame = tracker::testing::section_of(tracker::testing::kVlan);
  const std::string filter = "less " + std::to_string(frame.len - 1);
  const ProcessResult hidden = run({"print", "a.db", "-f", filter});
  EXPECT_TRUE(hidden.err.ends_with("1 event whose packet has a VLAN tag; without, it would\n"))
      << hidden.err;
}

TEST_F(HiddenPacket, BehindExtensionHeadersIsSaid) {
  record(tracker::testing::kIpv6HopByHopRoutingDestOptions);
  const ProcessResult hidden = run({"print", "a.db", "-f", "udp"});
  EXPECT_EQ(hidden.status, 0);
  EXPECT_NE(hidden.err.find("tracker: -f udp did not match 1 event whose packet has IPv6 extension "
                            "headers; without, it would. Select these by address or by --packet\n"),
            std::string::npos)
      << hidden.err;
  const ProcessResult found = run({"print", "a.db", "-f", "ip6"});
  EXPECT_NE(found.out.find("UDP"), std::string::npos) << found.out;
  EXPECT_EQ(found.err, "");
}

}  // namespace
}  // namespace tracker::cli_test
