// SPDX-License-Identifier: GPL-2.0-or-later
//
// Section dev in a block: an entry per interface seen.
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

struct DevColumns {
  static constexpr Column kIndex{38, "dev"};
  static constexpr Column kEntry{39, "dev_entry"};
  static constexpr std::array kAll{kIndex, kEntry};
};

struct DevReference {
  uint32_t index = kNoIndex;
};

class DevBlockEncoder {
 public:
  void add(const Event& event, DevReference& before, EncodeStep& step);
  void clear();

 private:
  DictionaryWriter<3> entries_;
};

class DevBlockDecoder {
 public:
  void read(Event& event, DevReference& before, DecodeStep& step);

 private:
  std::vector<DevSection> entries_;
};

}  // namespace tracker
