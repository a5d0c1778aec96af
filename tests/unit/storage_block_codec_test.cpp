// SPDX-License-Identifier: GPL-2.0-or-later
//
// The block: events to bytes and back, and bytes that nobody encoded.
#include <gtest/gtest.h>

#include <random>

#include "storage/block_decoder.h"
#include "storage/block_encoder.h"
#include "storage/columns.h"
#include "storage/compression.h"
#include "tests/unit/storage_sample.h"

namespace tracker {
namespace {

using sample::EventMaker;

EncodedBlock encode(const std::vector<Event>& events) {
  BlockEncoder encoder;
  for (const Event& event : events) encoder.add(event);
  return encoder.finish();
}

Result<void> decode(const EncodedBlock& block, std::span<const uint8_t> data,
                    std::vector<Event>& events) {
  return decode_block(data, {block.events, block.first_ns, block.last_ns}, events);
}

std::string error_of(const Result<void>& result) {
  return result ? "no error" : result.error().message;
}

// The content of the block, changed by the caller and compressed again with a right checksum: what
// a hostile writer can do that chance cannot.
std::vector<uint8_t> content_of(const EncodedBlock& block) {
  std::vector<uint8_t> content;
  EXPECT_TRUE(decompress(block.data, kMaxBlockContent, content));
  return content;
}

std::vector<uint8_t> compress_again(const std::vector<uint8_t>& content) {
  Compressor compressor;
  const std::span<const uint8_t> part(content);
  return compressor.compress(std::span(&part, 1));
}

TEST(BlockCodec, GivesBackEachSectionCombinationAlone) {
  EventMaker maker(11);
  std::vector<Event> decoded;
  for (uint32_t sections = 0; sections <= kAllSections; ++sections) {
    const std::vector<Event> events = {maker.event(sections)};
    const EncodedBlock block = encode(events);
    ASSERT_EQ(error_of(decode(block, block.data, decoded)), "no error");
    ASSERT_EQ(decoded, events) << "sections " << sections;
  }
}

TEST(BlockCodec, GivesBackBlocksOfManyRandomSeeds) {
  std::vector<Event> decoded;
  for (uint32_t seed = 100; seed < 140; ++seed) {
    const std::vector<Event> events = EventMaker(seed).events(500);
    const EncodedBlock block = encode(events);
    ASSERT_EQ(error_of(decode(block, block.data, decoded)), "no error") << "seed " << seed;
    ASSERT_EQ(decoded, events) << "seed " << seed;
  }
}

// The worked example of docs/recording-format.md: change both together, and the format version.
TEST(BlockCodec, EncodesTheDocumentedExample) {
  std::vector<Event> events(2);
  for (uint8_t i = 0; i < 2; ++i) {
    Event& event = events[i];
    event.timestamp_ns = 1'000'000 + i * 300U;
    event.packet_id = i + 1U;
    event.cpu = 1;
    event.task = {7, 7, FixedName("nc"), TaskContext::kSoftirq};
    event.add(Section::kPacket);
    event.packet.ethertype = 0x0800;
    event.packet.len = 32;
    event.packet.bytes = {
        0x45, 0,  0, 32, 0, static_cast<uint8_t>(5 + i), 0, 0, 64, 17, 0, 0, 10, 0, 0,
        1,    10, 0, 0,  2};
    event.add(Section::kDrop);
    event.drop = {3, true, 0x1234};
  }
  const std::vector<uint8_t> expected = {
      0x02, 0xc0, 0x84, 0x3d, 0x14,                    // 2 events, 1,000,000 ns, 20 columns
      0x01, 0x02, 0x02, 0x02, 0x03, 0x02, 0x05, 0x02,  // time_low time_high cpu sections
      0x0b, 0x02, 0x0c, 0x02, 0x0d, 0x06, 0x0f, 0x02,  // packet_id task task_entry packet_kind
      0x10, 0x03, 0x11, 0x02, 0x12, 0x02, 0x13, 0x01,  // its entry, len, patch_runs patch_gap
      0x15, 0x01, 0x16, 0x01, 0x17, 0x02, 0x18, 0x14,  // patch_high patch_low kept bytes
      0x19, 0x02, 0x1a, 0x26, 0x2a, 0x02, 0x2b, 0x03,  // tuple, its entry, drop, its entry
      0x00, 0x58, 0x00, 0x02, 0x01, 0x01, 0x12, 0x00,  // time_low time_high cpu sections
      0x02, 0x02, 0x01, 0x00,                          // packet_id task
      0x07, 0x00, 0x01, 0x02, 0x6e, 0x63,              // task_entry: 7, same, softirq, "nc"
      0x01, 0x00, 0x80, 0x80, 0x20, 0x40, 0x00, 0x01, 0x02,  // packet_kind, entry, len, patch_runs
      0x02, 0x00, 0x01, 0x28, 0x00,                          // patch_gap high low, packet_kept
      0x45, 0x00, 0x00, 0x20, 0x00, 0x05, 0x00, 0x00, 0x40, 0x11,               // packet_bytes
      0x00, 0x00, 0x0a, 0x00, 0x00, 0x01, 0x0a, 0x00, 0x00, 0x02, 0x01, 0x00};  // tuple
  std::vector<uint8_t> all = expected;
  all.insert(all.end(), 38, 0);                           // tuple_entry: no addresses
  all.insert(all.end(), {0x01, 0x00, 0x04, 0xb4, 0x24});  // drop, drop_entry: 3 + 1, 0x1234
  const EncodedBlock block = encode(events);
  EXPECT_EQ(content_of(block), all);
  EXPECT_EQ(block.first_ns, 1'000'000U);
  EXPECT_EQ(block.last_ns, 1'000'300U);
  std::vector<Event> decoded;
  ASSERT_EQ(error_of(decode(block, block.data, decoded)), "no error");
  EXPECT_EQ(decoded, events);
}

TEST(BlockCodec, StartsAnewAfterEachBlock) {
  EventMaker maker(12);
  BlockEncoder encoder;
  std::vector<Event> decoded;
  for (int round = 0; round < 3; ++round) {
    const std::vector<Event> events = maker.events(200);
    for (const Event& event : events) encoder.add(event);
    const EncodedBlock block = encoder.finish();
    EXPECT_EQ(encoder.events(), 0U);
    ASSERT_EQ(error_of(decode(block, block.data, decoded)), "no error");
    ASSERT_EQ(decoded, events);
  }
}

TEST(BlockCodec, LeavesOutWhatFlagsCallMeaningless) {
  Event event;
  event.return_code = 7;
  event.skb.len = 60;
  event.add(Section::kDrop);
  event.drop.reason = 9;
  const EncodedBlock block = encode({event});
  std::vector<Event> decoded;
  ASSERT_EQ(error_of(decode(block, block.data, decoded)), "no error");
  Event expected;
  expected.add(Section::kDrop);
  EXPECT_EQ(decoded, std::vector<Event>{expected});
}

TEST(BlockCodec, KeepsAFloodInFewBytes) {
  std::vector<Event> events(20'000);
  for (size_t i = 0; i < events.size(); ++i) {
    Event& event = events[i];
    event.timestamp_ns = i * 1600;
    event.packet_id = i + 1;
    event.add(Section::kPacket);
    event.packet.bytes.assign(60, 0x5a);
    // An IP id and its checksum: one rises, one falls.
    event.packet.bytes[18] = static_cast<uint8_t>(i >> 8);
    event.packet.bytes[19] = static_cast<uint8_t>(i);
    event.packet.bytes[24] = static_cast<uint8_t>(~i >> 8);
    event.packet.bytes[25] = static_cast<uint8_t>(~i);
  }
  EXPECT_LT(encode(events).data.size(), events.size() / 10);
}

TEST(BlockCodec, KeepsNoBytesOfAPacketThatDidNotChange) {
  std::vector<Event> events(2000);
  std::mt19937 random(5);
  std::vector<uint8_t> bytes(1500);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
  for (size_t i = 0; i < events.size(); ++i) {
    events[i].packet_id = 1 + i % 2;
    events[i].add(Section::kPacket);
    events[i].packet.bytes = bytes;
    if (i % 2 != 0) events[i].packet.bytes[100] ^= 0xff;
  }
  EXPECT_LT(encode(events).data.size(), 2200U);
}

TEST(BlockCodec, ClosesABlockAtItsLimits) {
  BlockEncoder encoder;
  const Event small;
  for (uint32_t i = 0; i < kMaxBlockEvents; ++i) {
    ASSERT_FALSE(encoder.is_full_for(small)) << i;
    encoder.add(small);
  }
  EXPECT_TRUE(encoder.is_full_for(small));
  (void)encoder.finish();

  Event large;
  large.add(Section::kPacket);
  large.packet.bytes.resize(kMaxPacketBytes);
  while (!encoder.is_full_for(large)) encoder.add(large);
  EXPECT_EQ(encoder.events(), kMaxBlockPacketBytes / kMaxPacketBytes);
  (void)encoder.finish();

  Event related;
  related.parents.resize(kMaxParents);
  while (!encoder.is_full_for(related)) encoder.add(related);
  EXPECT_EQ(encoder.events(), kMaxBlockParents / kMaxParents);
}

TEST(BlockCodec, RejectsABlockCutOffAtAnyByte) {
  const EncodedBlock block = encode(EventMaker(13).events(60));
  std::vector<Event> decoded;
  for (size_t size = 0; size < block.data.size(); ++size) {
    ASSERT_FALSE(decode(block, std::span(block.data).first(size), decoded)) << size;
  }
}

TEST(BlockCodec, RejectsAnyFlippedBit) {
  const EncodedBlock block = encode(EventMaker(14).events(40));
  std::vector<Event> decoded;
  for (size_t bit = 0; bit < block.data.size() * 8; ++bit) {
    std::vector<uint8_t> data = block.data;
    data[bit / 8] ^= static_cast<uint8_t>(1U << (bit % 8));
    const Result<void> result = decode(block, data, decoded);
    // A few bits of a zstd frame mean nothing; then the events are the same.
    if (result) {
      ASSERT_EQ(decoded, EventMaker(14).events(40)) << "bit " << bit;
    }
  }
}

TEST(BlockCodec, SurvivesContentThatWasCutOffAtAnyByte) {
  const EncodedBlock block = encode(EventMaker(15).events(30));
  const std::vector<uint8_t> content = content_of(block);
  std::vector<Event> decoded;
  for (size_t size = 0; size < content.size(); ++size) {
    const std::vector<uint8_t> cut(content.begin(), content.begin() + static_cast<ptrdiff_t>(size));
    ASSERT_FALSE(decode(block, compress_again(cut), decoded)) << size;
  }
}

TEST(BlockCodec, SurvivesContentWithAnyByteChanged) {
  const EncodedBlock block = encode(EventMaker(16).events(30));
  const std::vector<uint8_t> content = content_of(block);
  std::vector<Event> decoded;
  size_t rejected = 0;
  size_t accepted = 0;
  const std::vector<uint8_t> values = {0x00, 0x01, 0x7f, 0x80, 0xff};
  for (size_t at = 0; at < content.size(); ++at) {
    for (const uint8_t value : values) {
      std::vector<uint8_t> changed = content;
      changed[at] = value;
      const Result<void> result = decode(block, compress_again(changed), decoded);
      ++(result ? accepted : rejected);
      // Whatever is accepted has as many events as were asked for.
      if (result) {
        ASSERT_EQ(decoded.size(), block.events);
      }
    }
  }
  EXPECT_GT(rejected, content.size());
  EXPECT_GT(accepted, 0U);  // numbers that are as good as the ones before
}

TEST(BlockCodec, NamesTheColumnThatIsWrong) {
  const Event event;
  const EncodedBlock block = encode({event, event});
  std::vector<uint8_t> content = content_of(block);
  // Header: 2 events, base 0, 3 columns: time_low (2 bytes), task (2), task_entry (4).
  ASSERT_EQ(content, (std::vector<uint8_t>{2, 0, 3, 1, 2, 12, 2, 13, 4, 0, 0, 1, 0, 0, 0, 0, 0}));
  std::vector<Event> decoded;
  content[12] = 5;  // the second event's task: entry 4 of a dictionary of one
  EXPECT_EQ(error_of(decode(block, compress_again(content), decoded)),
            "column task holds what cannot be");
  content[12] = 0;
  content[15] = 9;  // a task's context
  EXPECT_EQ(error_of(decode(block, compress_again(content), decoded)),
            "column task_entry holds what cannot be");
  content[15] = 0;
  content[5] = 60;  // a column that this version does not know
  EXPECT_EQ(error_of(decode(block, compress_again(content), decoded)),
            "column number 60 after 1 cannot be");
  content[5] = 12;
  content.push_back(0);
  EXPECT_EQ(error_of(decode(block, compress_again(content), decoded)),
            "it has bytes after its last column");
}

TEST(BlockCodec, RefusesABombBeforeItTakesMemory) {
  // 128 MiB of zeros in a few kilobytes.
  const std::vector<uint8_t> zeros(1U << 20);
  const std::vector<std::span<const uint8_t>> parts(128, std::span(zeros));
  Compressor compressor;
  const std::vector<uint8_t> bomb = compressor.compress(parts);
  ASSERT_LT(bomb.size(), 20'000U);
  std::vector<Event> decoded;
  EXPECT_EQ(error_of(decode_block(bomb, {1, 0, 0}, decoded)),
            "the compressed data claims 134217728 bytes, more than the 33554432 allowed");
  EXPECT_EQ(decoded.capacity(), 0U);
}

TEST(BlockCodec, RefusesAmplificationByUnchangedPackets) {
  // One packet of 1 MiB, and 19 events that repeat it for nothing: 20 MiB of packets.
  Event large;
  large.add(Section::kPacket);
  large.packet.bytes.assign(kMaxPacketBytes, 0x11);
  BlockEncoder encoder;
  for (int i = 0; i < 20; ++i) encoder.add(large);
  const EncodedBlock block = encoder.finish();
  std::vector<Event> decoded;
  EXPECT_EQ(error_of(decode(block, block.data, decoded)), "column patch_runs holds what cannot be");
}

TEST(BlockCodec, RefusesARowThatContradictsItsBlock) {
  const std::vector<Event> events = EventMaker(17).events(5);
  const EncodedBlock block = encode(events);
  std::vector<Event> decoded;
  EXPECT_EQ(error_of(decode_block(block.data, {6, block.first_ns, block.last_ns}, decoded)),
            "it holds 5 events where its row says 6");
  EXPECT_EQ(error_of(decode_block(block.data, {5, block.first_ns + 1, block.last_ns}, decoded)),
            "its events lie outside the time range that its row gives");
  EXPECT_EQ(error_of(decode_block(block.data, {0, 0, 0}, decoded)),
            "it claims 0 events; a block has 1 to 65536");
  EXPECT_EQ(error_of(decode_block(block.data, {65'537, 0, 0}, decoded)),
            "it claims 65537 events; a block has 1 to 65536");
}

TEST(Column, GivesBackVarintsOfEveryLength) {
  ColumnWriter writer;
  std::vector<uint64_t> values = {0, 0};
  for (unsigned shift = 0; shift < 64; ++shift) {
    values.push_back(uint64_t{1} << shift);
    values.push_back((uint64_t{1} << shift) - 1);
  }
  values.push_back(UINT64_MAX);
  for (const uint64_t value : values) writer.put(value);
  ColumnReader reader(writer.bytes());
  for (const uint64_t value : values) EXPECT_EQ(reader.varint(), value);
  EXPECT_EQ(reader.remaining(), 0U);
  EXPECT_FALSE(reader.is_broken());
}

TEST(Column, OfZerosIsLeftOutAndReadsAsZeros) {
  ColumnWriter writer;
  for (int i = 0; i < 1000; ++i) writer.put(0);
  EXPECT_TRUE(writer.bytes().empty());
  ColumnReader absent;
  EXPECT_EQ(absent.varint(), 0U);
  EXPECT_FALSE(absent.is_broken());
}

TEST(Column, RemembersAVarintThatIsTooLong) {
  const std::vector<uint8_t> eleven(11, 0x80);
  ColumnReader reader(eleven);
  EXPECT_EQ(reader.varint(), 0U);
  EXPECT_TRUE(reader.is_broken());
  const std::vector<uint8_t> too_large = {0xff, 0xff, 0xff, 0xff, 0xff,
                                          0xff, 0xff, 0xff, 0xff, 0x02};
  ColumnReader overflow(too_large);
  overflow.varint();
  EXPECT_TRUE(overflow.is_broken());
}

TEST(Column, RemembersAReadPastItsEnd) {
  const std::vector<uint8_t> bytes = {0x80};
  ColumnReader varint(bytes);
  varint.varint();
  EXPECT_TRUE(varint.is_broken());
  ColumnReader raw(bytes);
  EXPECT_TRUE(raw.bytes(2).empty());
  EXPECT_TRUE(raw.is_broken());
}

}  // namespace
}  // namespace tracker
