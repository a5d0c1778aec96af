// SPDX-License-Identifier: GPL-2.0-or-later
//
// Section cgroup in a block: an entry per cgroup seen.
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

struct CgroupColumns {
  static constexpr Column kIndex{49, "cgroup"};
  static constexpr Column kEntry{50, "cgroup_entry"};
  static constexpr std::array kAll{kIndex, kEntry};
};

struct CgroupReference {
  uint32_t index = kNoIndex;
};

class CgroupBlockEncoder {
 public:
  void add(const Event& event, CgroupReference& before, EncodeStep& step);
  void clear();

 private:
  DictionaryWriter<1> entries_;
};

class CgroupBlockDecoder {
 public:
  void read(Event& event, CgroupReference& before, DecodeStep& step);

 private:
  std::vector<CgroupSection> entries_;
};

}  // namespace tracker
