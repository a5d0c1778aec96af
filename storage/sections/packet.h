// SPDX-License-Identifier: GPL-2.0-or-later
//
// Section packet in a block: its kept bytes as a patch of those of the packet before.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "event/event.h"
#include "storage/column.h"
#include "storage/decode_step.h"
#include "storage/dictionary.h"
#include "storage/encode_step.h"

namespace tracker {

struct PacketColumns {
  static constexpr Column kKind{15, "packet_kind"};
  static constexpr Column kKindEntry{16, "packet_kind_entry"};
  static constexpr Column kLen{17, "packet_len"};
  static constexpr Column kPatchRuns{18, "patch_runs"};
  static constexpr Column kPatchGap{19, "patch_gap"};
  static constexpr Column kPatchLength{20, "patch_length"};
  static constexpr Column kPatchHigh{21, "patch_high"};
  static constexpr Column kPatchLow{22, "patch_low"};
  static constexpr Column kKept{23, "packet_kept"};
  static constexpr Column kBytes{24, "packet_bytes"};
  static constexpr Column kTuple{25, "tuple"};
  static constexpr Column kTupleEntry{26, "tuple_entry"};
  static constexpr std::array kAll{kKind,     kKindEntry,   kLen,       kPatchRuns,
                                   kPatchGap, kPatchLength, kPatchHigh, kPatchLow,
                                   kKept,     kBytes,       kTuple,     kTupleEntry};
};

struct PacketReference {
  uint32_t kind = kNoIndex;
  uint32_t tuple = kNoIndex;
  uint32_t len = 0;
  uint32_t bytes_at = 0;  // encoder: offset in its arena; decoder: the event that holds them
  uint32_t bytes_size = 0;
};

class PacketBlockEncoder {
 public:
  void add(const Event& event, PacketReference& before, EncodeStep& step);
  void clear();

 private:
  void add_tuple(const SocketTuple& tuple, PacketReference& before, ColumnWriters& columns);

  DictionaryWriter<1> kinds_;
  DictionaryWriter<5> tuples_;
  std::vector<uint8_t> arena_;  // the different packet bytes of the block
};

class PacketBlockDecoder {
 public:
  void read(Event& event, PacketReference& before, DecodeStep& step);

 private:
  void read_tuple(SocketTuple& tuple, PacketReference& before, DecodeStep& step);

  std::vector<PacketSection> kinds_;  // link and ethertype only
  std::vector<SocketTuple> tuples_;
  size_t bytes_ = 0;  // kept bytes of the block's events so far
};

}  // namespace tracker
