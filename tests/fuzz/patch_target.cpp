// SPDX-License-Identifier: GPL-2.0-or-later
//
// Packet bytes as differences: patches that nobody wrote, and the way there and back.
//
// Input: a byte that says what it is, the lengths of what follows, then that.
#include <algorithm>
#include <array>

#include "storage/packet_diff.h"
#include "tests/fuzz/target.h"
#include "tests/unit/event_frames.h"

namespace tracker::fuzz {
namespace {

constexpr size_t kColumns = 7;
constexpr size_t kMaxBytes = 4096;

void read_any_patch(InputReader& input) {
  std::array<size_t, kColumns> sizes{};
  for (size_t& size : sizes) size = input.byte();
  const Bytes before = [&] {
    const auto bytes = input.bytes(input.byte());
    return Bytes(bytes.begin(), bytes.end());
  }();
  std::array<Bytes, kColumns> content;
  std::array<ColumnReader, kColumns> readers;
  for (size_t i = 0; i < kColumns; ++i) {
    const auto bytes = input.bytes(sizes[i]);
    content[i] = Bytes(bytes.begin(), bytes.end());
    if (sizes[i] != 0) readers[i] = ColumnReader(content[i]);
  }
  std::vector<uint8_t> now;
  const PatchReaders patch{readers[0], readers[1], readers[2], readers[3],
                           readers[4], readers[5], readers[6]};
  for (int i = 0; i < 8; ++i) {
    if (!read_patch(before, kMaxBytes, patch, now)) break;
    FUZZ_EXPECT(now.size() <= kMaxBytes);
  }
}

void there_and_back(InputReader& input) {
  const auto first = input.bytes(input.number(2));
  const Bytes before(first.begin(), first.end());
  const auto second = input.rest();
  const Bytes now(second.begin(), second.end());
  std::array<ColumnWriter, kColumns> written;
  write_patch(before, now,
              {written[0], written[1], written[2], written[3], written[4], written[5], written[6]});
  std::array<ColumnReader, kColumns> readers;
  for (size_t i = 0; i < kColumns; ++i) {
    if (!written[i].bytes().empty()) readers[i] = ColumnReader(written[i].bytes());
  }
  std::vector<uint8_t> again;
  FUZZ_EXPECT(read_patch(
      before, now.size(),
      {readers[0], readers[1], readers[2], readers[3], readers[4], readers[5], readers[6]}, again));
  FUZZ_EXPECT(again == now);
  for (const ColumnReader& reader : readers) {
    FUZZ_EXPECT(!reader.is_broken() && reader.remaining() == 0);
  }
  PacketSection packet;
  packet.link = LinkLayer::kEthernet;
  packet.bytes = now;
  (void)flow_hash(packet);
  packet.link = LinkLayer::kNone;
  (void)flow_hash(packet);
}

Bytes pair_of(const testing::Frame& before, const testing::Frame& now) {
  const Bytes first = testing::bytes_of(before.hex);
  Bytes input{1, static_cast<uint8_t>(first.size()), static_cast<uint8_t>(first.size() >> 8)};
  const Bytes second = testing::bytes_of(now.hex);
  input.insert(input.end(), first.begin(), first.end());
  input.insert(input.end(), second.begin(), second.end());
  return input;
}

}  // namespace

std::vector<Bytes> make_seeds() {
  return {pair_of(testing::kTcp4Syn, testing::kTcpData),
          pair_of(testing::kUdp4, testing::kUdp6),
          pair_of(testing::kVlan, testing::kQinQ),
          pair_of(testing::kUdp4, testing::kUdp4),
          // three runs over eight bytes
          {0, 1, 3, 3, 3, 3, 1, 2, 8, 1, 2, 3, 4, 5, 6, 7, 8,
           3, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 4, 9, 9}};
}

}  // namespace tracker::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  tracker::fuzz::InputReader input({data, size});
  if (input.byte() % 2 == 0) {
    tracker::fuzz::read_any_patch(input);
  } else {
    tracker::fuzz::there_and_back(input);
  }
  return 0;
}
