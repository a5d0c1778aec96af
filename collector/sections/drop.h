// SPDX-License-Identifier: GPL-2.0-or-later
//
// Section drop of a raw record; the names of places that are new are looked up.
#pragma once

#include <cstdint>

#include "collector/decode_context.h"
#include "collector/record_view.h"
#include "event/event.h"

namespace tracker {

class DropRecordDecoder {
 public:
  bool decode(const RecordView& record, DecodeContext& context, Names& names, Event& event);

 private:
  uint64_t last_location_ = 0;
};

}  // namespace tracker
