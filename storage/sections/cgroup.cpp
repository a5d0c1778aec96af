// SPDX-License-Identifier: GPL-2.0-or-later
#include "storage/sections/cgroup.h"

namespace tracker {

void CgroupBlockEncoder::add(const Event& event, CgroupReference& before, EncodeStep& step) {
  const bool is_new =
      step.columns.put_index<1>(CgroupColumns::kIndex, entries_, {event.cgroup.id}, before.index);
  if (is_new) step.columns[CgroupColumns::kEntry].append(event.cgroup.id);
}

void CgroupBlockEncoder::clear() { entries_.clear(); }

void CgroupBlockDecoder::read(Event& event, CgroupReference& before, DecodeStep& step) {
  event.cgroup = step.entry(CgroupColumns::kIndex, entries_, before.index,
                            [&step] { return CgroupSection{step.varint(CgroupColumns::kEntry)}; });
}

}  // namespace tracker
