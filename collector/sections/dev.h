// SPDX-License-Identifier: GPL-2.0-or-later
//
// Section dev of a raw record; interfaces that are new go into the recording's names.
#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "collector/decode_context.h"
#include "collector/record_view.h"
#include "event/event.h"

namespace tracker {

class DevRecordDecoder {
 public:
  bool decode(const RecordView& record, DecodeContext& context, Names& names, Event& event);

 private:
  void note(uint64_t netns_cookie, const DevSection& dev, DecodeContext& context, Names& names);

  std::map<std::pair<uint64_t, uint32_t>, FixedName> interfaces_;  // by cookie and index
};

}  // namespace tracker
