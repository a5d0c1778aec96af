// SPDX-License-Identifier: GPL-2.0-or-later
//
// Section sock in a block: an entry per socket and state; its buffers as differences.
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

struct SockColumns {
  static constexpr Column kIndex{44, "sock"};
  static constexpr Column kEntry{45, "sock_entry"};
  static constexpr Column kRcvbuf{46, "sock_rcvbuf"};
  static constexpr Column kRmem{47, "sock_rmem"};
  static constexpr std::array kAll{kIndex, kEntry, kRcvbuf, kRmem};
};

struct SockReference {
  uint32_t index = kNoIndex;
  uint32_t rcvbuf = 0;
  uint32_t rmem_alloc = 0;
};

class SockBlockEncoder {
 public:
  void add(const Event& event, SockReference& before, EncodeStep& step);
  void clear();

 private:
  DictionaryWriter<2> entries_;
};

class SockBlockDecoder {
 public:
  void read(Event& event, SockReference& before, DecodeStep& step);

 private:
  std::vector<SockSection> entries_;
};

}  // namespace tracker
