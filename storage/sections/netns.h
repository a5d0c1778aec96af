// SPDX-License-Identifier: GPL-2.0-or-later
//
// Section netns in a block: an entry per namespace seen.
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

struct NetnsColumns {
  static constexpr Column kIndex{40, "netns"};
  static constexpr Column kEntry{41, "netns_entry"};
  static constexpr std::array kAll{kIndex, kEntry};
};

struct NetnsReference {
  uint32_t index = kNoIndex;
};

class NetnsBlockEncoder {
 public:
  void add(const Event& event, NetnsReference& before, EncodeStep& step);
  void clear();

 private:
  DictionaryWriter<2> entries_;
};

class NetnsBlockDecoder {
 public:
  void read(Event& event, NetnsReference& before, DecodeStep& step);

 private:
  std::vector<NetnsSection> entries_;
};

}  // namespace tracker
