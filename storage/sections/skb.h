// SPDX-License-Identifier: GPL-2.0-or-later
//
// Section skb in a block: addresses and kinds as entries, sizes as differences.
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

struct SkbColumns {
  static constexpr Column kAddress{27, "skb_address"};
  static constexpr Column kAddressEntry{28, "skb_address_entry"};
  static constexpr Column kHead{29, "skb_head"};
  static constexpr Column kHeadEntry{30, "skb_head_entry"};
  static constexpr Column kKind{31, "skb_kind"};
  static constexpr Column kKindEntry{32, "skb_kind_entry"};
  static constexpr Column kLen{33, "skb_len"};
  static constexpr Column kDataLen{34, "skb_data_len"};
  static constexpr Column kTruesize{35, "skb_truesize"};
  static constexpr Column kHash{36, "skb_hash"};
  static constexpr Column kGsoSegs{37, "skb_gso_segs"};
  static constexpr std::array kAll{kAddress,  kAddressEntry, kHead,   kHeadEntry,
                                   kKind,     kKindEntry,    kLen,    kDataLen,
                                   kTruesize, kHash,         kGsoSegs};
};

struct SkbReference {
  uint32_t address = kNoIndex;
  uint32_t kind = kNoIndex;
  uint32_t len = 0;
  uint32_t data_len = 0;
  uint32_t truesize = 0;
  uint32_t hash = 0;
  uint32_t gso_segs = 0;
};

class SkbBlockEncoder {
 public:
  void add(const Event& event, SkbReference& before, EncodeStep& step);
  void clear();

 private:
  void add_addresses(const SkbSection& skb, SkbReference& before, ColumnWriters& columns);
  void add_kind(const SkbSection& skb, SkbReference& before, ColumnWriters& columns);

  DictionaryWriter<1> addresses_;
  DictionaryWriter<1> heads_;
  DictionaryWriter<3> kinds_;
  std::vector<uint64_t> head_of_address_;  // by address index: the head last seen with it
  uint64_t address_entry_ = 0;             // the values last written to the entry columns
  uint64_t head_entry_ = 0;
};

class SkbBlockDecoder {
 public:
  void read(Event& event, SkbReference& before, DecodeStep& step);

 private:
  struct Addresses {
    uint64_t address = 0;
    uint64_t head = 0;  // last seen with it
  };
  void read_addresses(SkbSection& skb, SkbReference& before, DecodeStep& step);

  std::vector<Addresses> addresses_;
  std::vector<uint64_t> heads_;
  std::vector<SkbSection> kinds_;
};

}  // namespace tracker
