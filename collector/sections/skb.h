// SPDX-License-Identifier: GPL-2.0-or-later
//
// Section skb of a raw record.
#pragma once

#include "collector/decode_context.h"
#include "collector/record_view.h"
#include "event/event.h"

namespace tracker {

class SkbRecordDecoder {
 public:
  bool decode(const RecordView& record, DecodeContext& context, Names& names, Event& event);
};

}  // namespace tracker
