// SPDX-License-Identifier: GPL-2.0-or-later
//
// Section stack of a raw record; stacks that are new go into the recording's names.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "collector/decode_context.h"
#include "collector/record_view.h"
#include "event/event.h"

namespace tracker {

class StackRecordDecoder {
 public:
  bool decode(const RecordView& record, DecodeContext& context, Names& names, Event& event);

 private:
  using Frames = std::vector<uint64_t>;

  void note_interrupt_entries(const Frames& frames, DecodeContext& context, Names& names);
  void leave_interrupted_out(Frames& frames) const;
  bool has_room(const RecordView& record, const DecoderLimits& limits);
  uint32_t empty_stack(Names& names);

  std::set<uint64_t> interrupt_entries_;
  std::map<Frames, uint32_t> stacks_;                                // index by frames as taken
  std::map<std::pair<uint64_t, uint32_t>, size_t> stacks_of_place_;  // by location and reason
};

}  // namespace tracker
