// SPDX-License-Identifier: GPL-2.0-or-later
//
// Section cgroup of a raw record; the paths of cgroups that are new go into the recording's names.
#pragma once

#include "collector/cgroup_paths.h"
#include "collector/decode_context.h"
#include "collector/record_view.h"
#include "event/event.h"

namespace tracker {

class CgroupRecordDecoder {
 public:
  bool decode(const RecordView& record, DecodeContext& context, Names& names, Event& event);

 private:
  CgroupPaths paths_;
  uint64_t last_id_ = 0;  // of which everything was done that can be done
};

}  // namespace tracker
