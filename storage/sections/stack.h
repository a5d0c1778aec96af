// SPDX-License-Identifier: GPL-2.0-or-later
//
// Section stack in a block: the index of a row of table `stack`.
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

struct StackColumns {
  static constexpr Column kIndex{48, "stack"};
  static constexpr std::array kAll{kIndex};
};

struct StackReference {
  uint32_t index = kNoIndex;
};

class StackBlockEncoder {
 public:
  void add(const Event& event, StackReference& before, EncodeStep& step);
  void clear();
};

class StackBlockDecoder {
 public:
  void read(Event& event, StackReference& before, DecodeStep& step);
};

}  // namespace tracker
