// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "collector/record_decoder.h"
#include "collector/record_order.h"
#include "probes/record.h"
#include "tests/unit/raw_record.h"

namespace tracker {
namespace {

using testing::RawRecord;

class RecordDecoderTest : public ::testing::Test {
 protected:
  RecordDecoderTest() { names_.probes.push_back({"tp", "skb:kfree_skb", {}, ProbeRole::kDropped}); }

  static void resolve(std::span<const uint64_t> addresses, std::map<uint64_t, SymbolName>& names) {
    for (uint64_t address : addresses) {
      if (address == 0x10) names[address] = {"bpf_trace_run4", 1, ""};
      if (address == 0x20) names[address] = {"sk_skb_reason_drop", 2, ""};
      if (address == 0x30) names[address] = {"tcp_v4_rcv", 3, ""};
      if (address == 0x60) names[address] = {"asm_sysvec_apic_timer_interrupt", 4, ""};
    }
  }

  Names names_;
  RecordDecoder decoder_{true, resolve};
  Event event_;
};

// Ethernet, IPv4, UDP 10.1.0.1:1000 > 10.1.0.2:9 and four bytes of payload.
std::vector<uint8_t> udp_frame() {
  return {2, 0,  0,    0,    0, 2, 2,  0,  0, 0, 0,   1,   0x08, 0x00, 0x45, 0,
          0, 32, 0,    1,    0, 0, 64, 17, 0, 0, 10,  1,   0,    1,    10,   1,
          0, 2,  0x03, 0xe8, 0, 9, 0,  12, 0, 0, 'd', 'a', 't',  'a'};
}

TEST_F(RecordDecoderTest, DecodesHeaderDropAndDevice) {
  RawRecord builder;
  builder.drop() = {0x30, 3, 1};
  builder.dev() = {12, 7, 0, "veth0"};
  builder.netns() = {12, 4026532177, 0};
  ASSERT_TRUE(decoder_.decode(1, builder.build(), names_, event_));
  EXPECT_EQ(event_.timestamp_ns, 1000U);
  EXPECT_EQ(event_.cpu, 1);
  EXPECT_EQ(event_.task.comm.view(), "nc");
  EXPECT_EQ(event_.drop, (DropSection{3, true, 0x30}));
  EXPECT_EQ(event_.dev.name.view(), "veth0");
  EXPECT_EQ(event_.netns, (NetnsSection{4026532177, 12}));
  EXPECT_EQ(names_.function_name(0x30), "tcp_v4_rcv");
  ASSERT_EQ(names_.interfaces.size(), 1U);
  EXPECT_EQ(names_.interfaces[0], (InterfaceName{12, 7, "veth0"}));
}

TEST_F(RecordDecoderTest, CutsThePayloadAfterTheTransportHeader) {
  RawRecord builder;
  builder.payload(udp_frame());
  builder.packet().link = 1;
  builder.packet().ethertype = 0x0800;
  builder.packet().len = 1400;
  ASSERT_TRUE(decoder_.decode(0, builder.build(), names_, event_));
  EXPECT_EQ(event_.packet.bytes.size(), 14U + 20U + 8U);
  EXPECT_EQ(event_.packet.len, 1400U);
  RecordDecoder whole(false, resolve);
  ASSERT_TRUE(whole.decode(0, builder.build(), names_, event_));
  EXPECT_EQ(event_.packet.bytes, udp_frame());
}

TEST_F(RecordDecoderTest, DoesNotTakeTheHeaderOfAWirelessFrameForEthernets) {
  names_.subsystems = {{0, "core"}, {1, "mac80211_unusable"}, {3, "openvswitch"}};
  RawRecord builder;
  builder.skb().len = 46;
  builder.packet().link = 1;
  builder.payload(udp_frame());
  builder.drop() = {0x30, 0x1001b, 1};
  ASSERT_TRUE(decoder_.decode(0, builder.build(), names_, event_));
  EXPECT_FALSE(event_.has(Section::kPacket));
  EXPECT_TRUE(event_.has(Section::kSkb));
  builder.drop().reason = 0x30001;
  ASSERT_TRUE(decoder_.decode(0, builder.build(), names_, event_));
  EXPECT_EQ(event_.packet.link, LinkLayer::kEthernet);
}

TEST_F(RecordDecoderTest, PutsTheVlanTagBackInItsPlace) {
  RawRecord builder;
  builder.payload(udp_frame());
  builder.packet().link = 1;
  builder.packet().vlan_tci = builder.skb().vlan_tci = 0x2005;
  builder.packet().vlan_proto = builder.skb().vlan_proto = 0x8100;
  ASSERT_TRUE(decoder_.decode(0, builder.build(), names_, event_));
  const std::vector<uint8_t> start(event_.packet.bytes.begin() + 12,
                                   event_.packet.bytes.begin() + 18);
  EXPECT_EQ(start, (std::vector<uint8_t>{0x81, 0x00, 0x20, 0x05, 0x08, 0x00}));
  EXPECT_EQ(event_.packet.len, udp_frame().size() + 4);
  EXPECT_EQ(event_.skb.vlan_tci, 0x2005);
}

TEST_F(RecordDecoderTest, TakesAddressesFromTheSocketWhereThereIsNoHeader) {
  RawRecord builder;
  builder.tuple({{10, 1, 0, 1}, {10, 1, 0, 2}, 4000, 80, 2 /* AF_INET */, 6, 0});
  ASSERT_TRUE(decoder_.decode(0, builder.build(), names_, event_));
  EXPECT_TRUE(event_.packet.bytes.empty());
  EXPECT_EQ(event_.packet.socket.source_port, 4000);
  EXPECT_EQ(event_.packet.socket.dest[3], 2);
}

TEST_F(RecordDecoderTest, CutsTracingsOwnFramesByTheLocation) {
  RawRecord builder;
  builder.drop().location = 0x30;
  builder.frames({0x5, 0x10, 0x20, 0x30, 0x40});
  ASSERT_TRUE(decoder_.decode(0, builder.build(), names_, event_));
  EXPECT_EQ(names_.stacks[event_.stack.index], (std::vector<uint64_t>{0x30, 0x40}));
}

TEST_F(RecordDecoderTest, CutsTracingsOwnFramesByTheirNamesWhereThereIsNoLocation) {
  RawRecord builder;
  builder.frames({0x5, 0x10, 0x20, 0x30});
  ASSERT_TRUE(decoder_.decode(0, builder.build(), names_, event_));
  EXPECT_EQ(names_.stacks[event_.stack.index], (std::vector<uint64_t>{0x20, 0x30}));
  ASSERT_TRUE(decoder_.decode(0, builder.build(), names_, event_));
  EXPECT_EQ(names_.stacks.size(), 1U) << "an equal stack is stored once";
}

TEST_F(RecordDecoderTest, LeavesOutOfAStackWhatAnInterruptInterrupted) {
  for (const uint64_t interrupted : {0x1000, 0x2000, 0x1000}) {
    RawRecord builder;
    builder.frames({0x5, 0x30, 0x60, interrupted, interrupted + 8});
    ASSERT_TRUE(decoder_.decode(0, builder.build(), names_, event_));
    EXPECT_EQ(names_.stacks[event_.stack.index], (std::vector<uint64_t>{0x30, 0x60}));
  }
  EXPECT_EQ(names_.stacks.size(), 1U);
}

// In memory of exactly the record's size, where a sanitizer sees every read beyond it.
TEST_F(RecordDecoderTest, RefusesAStackThatTheRecordHasNoRoomFor) {
  RawRecord builder;
  builder.stack().bytes = 64;  // and has_area is 0
  EXPECT_FALSE(decoder_.decode(0, builder.build(), names_, event_));
  EXPECT_TRUE(names_.stacks.empty());
}

TEST_F(RecordDecoderTest, TakesAStackWithoutFrames) {
  RawRecord builder;
  builder.frames({0x30});
  builder.stack().bytes = 0;
  ASSERT_TRUE(decoder_.decode(0, builder.build(), names_, event_));
  EXPECT_EQ(names_.stacks[event_.stack.index], std::vector<uint64_t>());
}

TEST_F(RecordDecoderTest, KeepsTheLengthOfAPacketThatIsAsLongAsCanBe) {
  RawRecord builder;
  builder.payload(udp_frame());
  builder.packet().len = UINT32_MAX;
  builder.packet().link = 1;
  builder.packet().vlan_proto = 0x8100;
  ASSERT_TRUE(decoder_.decode(0, builder.build(), names_, event_));
  EXPECT_EQ(event_.packet.len, UINT32_MAX);
}

// Weeks of a collection: what is different without end is kept up to a bound and then counted.
TEST_F(RecordDecoderTest, KeepsABoundedNumberOfStacksAndSymbols) {
  RecordDecoder decoder(true, resolve, {.stacks = 10, .symbols = 12, .interfaces = 1});
  for (uint64_t i = 0; i < 100; ++i) {
    RawRecord builder;
    builder.frames({0x30, 0x1000 + i});
    ASSERT_TRUE(decoder.decode(0, builder.build(), names_, event_));
    EXPECT_EQ(names_.stacks[event_.stack.index].size(), i < 10 ? 2U : 0U) << i;
  }
  EXPECT_EQ(names_.stacks.size(), 11U) << "and an empty one";
  EXPECT_EQ(decoder.left_out().stacks, 90U);
  RawRecord drops;
  for (uint64_t i = 0; i < 5; ++i) {
    drops.drop().location = 0x2000 + i;
    ASSERT_TRUE(decoder.decode(0, drops.build(), names_, event_));
    EXPECT_EQ(event_.drop.location, 0x2000 + i);
  }
  // 11 addresses of stacks, one location
  EXPECT_EQ(decoder.left_out(), (LeftOut{90, 4, 0}));
}

// A place that drops all day, reached by ever new ways.
TEST_F(RecordDecoderTest, KeepsRoomForTheStackOfARareDrop) {
  RecordDecoder decoder(true, resolve, {.stacks = 20, .stacks_of_place = 5});
  RawRecord builder;
  const auto takes_stack = [&](uint64_t location, uint32_t reason, uint64_t interrupted) {
    builder.drop() = {location, reason, 1};
    builder.frames({location, interrupted});
    EXPECT_TRUE(decoder.decode(0, builder.build(), names_, event_));
    return !names_.stacks[event_.stack.index].empty();
  };
  for (uint64_t i = 0; i < 100; ++i) EXPECT_EQ(takes_stack(0x20, 2, 0x1000 + i), i < 5) << i;
  EXPECT_TRUE(takes_stack(0x20, 2, 0x1000)) << "one that is known costs nothing";
  EXPECT_TRUE(takes_stack(0x30, 2, 0x5000)) << "another place";
  EXPECT_TRUE(takes_stack(0x20, 3, 0x5000)) << "another reason";
  EXPECT_EQ(decoder.left_out().stacks, 95U);
}

TEST_F(RecordDecoderTest, KeepsABoundedNumberOfInterfaces) {
  RecordDecoder decoder(true, resolve, {.interfaces = 3});
  RawRecord builder;
  for (uint32_t i = 0; i < 10; ++i) {
    builder.dev().ifindex = i;
    std::snprintf(builder.dev().name, sizeof(builder.dev().name), "veth%u", i);
    ASSERT_TRUE(decoder.decode(0, builder.build(), names_, event_));
    EXPECT_EQ(event_.dev.name.view(), "veth" + std::to_string(i));
  }
  EXPECT_EQ(names_.interfaces.size(), 3U);
  EXPECT_EQ(decoder.left_out().interfaces, 7U);
}

// With `-c dev` alone events show no namespace; every container has an interface 2 of its own name.
TEST_F(RecordDecoderTest, TellsInterfacesOfNamespacesApartThatEventsDoNotShow) {
  for (int round = 0; round < 100; ++round) {
    for (uint64_t cookie : {5, 6}) {
      RawRecord builder;
      builder.dev().ifindex = 2;
      builder.dev().netns_cookie = cookie;
      std::strcpy(builder.dev().name, cookie == 5 ? "left0" : "right0");
      ASSERT_TRUE(decoder_.decode(0, builder.build(), names_, event_));
    }
  }
  EXPECT_EQ(names_.interfaces, (std::vector<InterfaceName>{{5, 2, "left0"}, {6, 2, "right0"}}));
}

TEST_F(RecordDecoderTest, RefusesRecordsWhoseSizesDoNotFit) {
  RawRecord builder;
  builder.payload(udp_frame()).frames({0x20});
  std::vector<std::byte> whole = builder.build();
  for (size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(decoder_.decode(0, std::span(whole.data(), size), names_, event_)) << size;
  ASSERT_TRUE(decoder_.decode(0, whole, names_, event_));
  builder.header.probe = 1;
  EXPECT_FALSE(decoder_.decode(0, builder.build(), names_, event_)) << "no such probe";
  builder.header.probe = 0;
  builder.stack().bytes = RECORD_STACK_BYTES + 8;
  EXPECT_FALSE(decoder_.decode(0, builder.build(), names_, event_)) << "stack too long";
}

TEST_F(RecordDecoderTest, RefusesSectionsWithoutAPlace) {
  RawRecord builder;
  builder.netns().inum = 5;
  std::vector<std::byte> record = builder.build();
  ASSERT_TRUE(decoder_.decode(0, record, names_, event_));
  auto& header = *reinterpret_cast<tracker_record*>(record.data());
  header.sections |= section_bit(Section::kSock);
  EXPECT_FALSE(decoder_.decode(0, record, names_, event_));
  header.laid_out |= section_bit(Section::kSock);
  EXPECT_FALSE(decoder_.decode(0, record, names_, event_)) << "shorter than its sections";
}

// One probe's place for a section says nothing: only what was filled is the event's.
TEST_F(RecordDecoderTest, LeavesOutSectionsThatWereNotFilled) {
  RawRecord builder;
  builder.drop().location = 0x30;
  builder.header.laid_out = kAllSections;
  ASSERT_TRUE(decoder_.decode(0, builder.build(), names_, event_));
  EXPECT_EQ(event_.sections, section_bit(Section::kDrop));
}

TEST_F(RecordDecoderTest, RefusesAPayloadThatIsTooShortForTheSocketsAddresses) {
  RawRecord builder;
  builder.packet().has_tuple = 1;
  EXPECT_FALSE(decoder_.decode(0, builder.build(), names_, event_));
}

TEST(RecordOrder, ReleasesByTimeAcrossCpusAndKeepsTheWindow) {
  RecordOrder order;
  std::mt19937 random(7);
  std::vector<uint64_t> times;
  for (uint64_t i = 0; i < 1000; ++i) times.push_back(i);
  std::shuffle(times.begin(), times.end(), random);
  for (uint64_t time : times) {
    std::vector<std::byte> record(9 + time % 5, std::byte{static_cast<uint8_t>(time)});
    order.add(static_cast<uint32_t>(time % 3), time, record);
  }
  std::vector<uint64_t> released;
  auto collect = [&](uint32_t cpu, std::span<const std::byte> record) {
    uint64_t time = released.size();
    EXPECT_EQ(cpu, time % 3);
    EXPECT_EQ(record.size(), 9 + time % 5);
    EXPECT_EQ(record[8], std::byte{static_cast<uint8_t>(time)});
    released.push_back(time);
  };
  order.release(299, collect);
  EXPECT_EQ(released.size(), 300U);
  order.release(UINT64_MAX, collect);
  EXPECT_EQ(released.size(), 1000U);
  EXPECT_EQ(order.size_bytes(), 0U);
}

}  // namespace
}  // namespace tracker
