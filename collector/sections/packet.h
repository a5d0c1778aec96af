// SPDX-License-Identifier: GPL-2.0-or-later
//
// Section packet of a raw record: the bytes as they would be on a wire.
#pragma once

#include "collector/decode_context.h"
#include "collector/record_view.h"
#include "event/event.h"

namespace tracker {

class PacketRecordDecoder {
 public:
  bool decode(const RecordView& record, DecodeContext& context, Names& names, Event& event);
};

}  // namespace tracker
