// SPDX-License-Identifier: GPL-2.0-or-later
//
// Section drop in a block: an entry per reason and place.
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

struct DropColumns {
  static constexpr Column kIndex{42, "drop"};
  static constexpr Column kEntry{43, "drop_entry"};
  static constexpr std::array kAll{kIndex, kEntry};
};

struct DropReference {
  uint32_t index = kNoIndex;
};

class DropBlockEncoder {
 public:
  void add(const Event& event, DropReference& before, EncodeStep& step);
  void clear();

 private:
  DictionaryWriter<2> entries_;
};

class DropBlockDecoder {
 public:
  void read(Event& event, DropReference& before, DecodeStep& step);

 private:
  std::vector<DropSection> entries_;
};

}  // namespace tracker
