// SPDX-License-Identifier: GPL-2.0-or-later
#include "storage/sections/packet.h"

#include <algorithm>

#include "storage/block_format.h"
#include "storage/dictionary_key.h"
#include "storage/packet_diff.h"

namespace tracker {
namespace {

constexpr size_t kTupleBytes = 6 + 16 + 16;

PacketSection read_kind(DecodeStep& step) {
  PacketSection read;
  const uint64_t value = step.varint(PacketColumns::kKindEntry);
  if (value >> 24 != 0 || (value & 0xff) > static_cast<uint64_t>(LinkLayer::kEthernet)) {
    step.fail(PacketColumns::kKindEntry);
  }
  read.link = static_cast<LinkLayer>(value & 0xff);
  read.ethertype = static_cast<uint16_t>(value >> 8);
  return read;
}

SocketTuple read_tuple_entry(DecodeStep& step) {
  SocketTuple read;
  const auto bytes = step[PacketColumns::kTupleEntry].bytes(kTupleBytes);
  if (bytes.empty()) return read;
  read.family = bytes[0];
  read.protocol = bytes[1];
  read.source_port = static_cast<uint16_t>(bytes[2] << 8 | bytes[3]);
  read.dest_port = static_cast<uint16_t>(bytes[4] << 8 | bytes[5]);
  std::copy_n(bytes.begin() + 6, 16, read.source.begin());
  std::copy_n(bytes.begin() + 22, 16, read.dest.begin());
  return read;
}

}  // namespace

void PacketBlockEncoder::add(const Event& event, PacketReference& before, EncodeStep& step) {
  const PacketSection& packet = event.packet;
  ColumnWriters& columns = step.columns;
  const uint64_t kind = uint64_t{packet.ethertype} << 8 | static_cast<uint64_t>(packet.link);
  if (columns.put_index<1>(PacketColumns::kKind, kinds_, {kind}, before.kind)) {
    columns[PacketColumns::kKindEntry].append(kind);
  }
  columns[PacketColumns::kLen].put(difference(packet.len, before.len));
  before.len = packet.len;
  add_tuple(packet.socket, before, columns);

  const std::span<const uint8_t> bytes_before =
      std::span<const uint8_t>(arena_).subspan(before.bytes_at, before.bytes_size);
  write_patch(bytes_before, packet.bytes,
              {columns[PacketColumns::kPatchRuns], columns[PacketColumns::kPatchGap],
               columns[PacketColumns::kPatchLength], columns[PacketColumns::kPatchHigh],
               columns[PacketColumns::kPatchLow], columns[PacketColumns::kKept],
               columns[PacketColumns::kBytes]});
  if (std::ranges::equal(bytes_before, packet.bytes)) return;
  before.bytes_at = static_cast<uint32_t>(arena_.size());
  before.bytes_size = static_cast<uint32_t>(packet.bytes.size());
  arena_.insert(arena_.end(), packet.bytes.begin(), packet.bytes.end());
}

void PacketBlockEncoder::add_tuple(const SocketTuple& tuple, PacketReference& before,
                                   ColumnWriters& columns) {
  const uint64_t head = uint64_t{tuple.family} << 40 | uint64_t{tuple.protocol} << 32 |
                        uint64_t{tuple.source_port} << 16 | tuple.dest_port;
  const auto source = words_of(tuple.source);
  const auto dest = words_of(tuple.dest);
  if (!columns.put_index<5>(PacketColumns::kTuple, tuples_,
                            {head, source[0], source[1], dest[0], dest[1]}, before.tuple)) {
    return;
  }
  ColumnWriter& entry = columns[PacketColumns::kTupleEntry];
  entry.append_byte(tuple.family);
  entry.append_byte(tuple.protocol);
  entry.append_byte(static_cast<uint8_t>(tuple.source_port >> 8));
  entry.append_byte(static_cast<uint8_t>(tuple.source_port));
  entry.append_byte(static_cast<uint8_t>(tuple.dest_port >> 8));
  entry.append_byte(static_cast<uint8_t>(tuple.dest_port));
  entry.append_bytes(tuple.source);
  entry.append_bytes(tuple.dest);
}

void PacketBlockEncoder::clear() {
  kinds_.clear();
  tuples_.clear();
  arena_.clear();
}

void PacketBlockDecoder::read(Event& event, PacketReference& before, DecodeStep& step) {
  PacketSection& packet = event.packet;
  const PacketSection& kind =
      step.entry(PacketColumns::kKind, kinds_, before.kind, [&step] { return read_kind(step); });
  packet.link = kind.link;
  packet.ethertype = kind.ethertype;
  packet.len = step.changed(PacketColumns::kLen, before.len);
  read_tuple(packet.socket, before, step);

  std::span<const uint8_t> bytes_before;
  if (before.bytes_size != 0) bytes_before = step.events()[before.bytes_at].packet.bytes;
  const size_t room = std::min(kMaxPacketBytes, kMaxBlockPacketBytes - bytes_);
  const PatchReaders patch{step[PacketColumns::kPatchRuns],   step[PacketColumns::kPatchGap],
                           step[PacketColumns::kPatchLength], step[PacketColumns::kPatchHigh],
                           step[PacketColumns::kPatchLow],    step[PacketColumns::kKept],
                           step[PacketColumns::kBytes]};
  if (!read_patch(bytes_before, room, patch, packet.bytes)) {
    return step.fail(PacketColumns::kPatchRuns);
  }
  bytes_ += packet.bytes.size();
  before.bytes_at = step.index();
  before.bytes_size = static_cast<uint32_t>(packet.bytes.size());
}

void PacketBlockDecoder::read_tuple(SocketTuple& tuple, PacketReference& before, DecodeStep& step) {
  tuple = step.entry(PacketColumns::kTuple, tuples_, before.tuple,
                     [&step] { return read_tuple_entry(step); });
}

}  // namespace tracker
