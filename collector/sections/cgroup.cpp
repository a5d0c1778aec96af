// SPDX-License-Identifier: GPL-2.0-or-later
#include "collector/sections/cgroup.h"

#include <optional>
#include <string>

namespace tracker {

bool CgroupRecordDecoder::decode(const RecordView& record, DecodeContext& context, Names& names,
                                 Event& event) {
  const uint64_t id = record.cgroup()->id;
  event.cgroup.id = id;
  if (id == last_id_) return true;
  if (!names.cgroups.contains(id)) {
    if (names.cgroups.size() >= context.limits().cgroups) {
      ++context.left_out().cgroups;
      return true;
    }
    std::optional<std::string> path = paths_.find(id);
    if (!path) return true;  // perhaps the next time
    names.cgroups[id] = std::move(*path);
  }
  last_id_ = id;
  return true;
}

}  // namespace tracker
