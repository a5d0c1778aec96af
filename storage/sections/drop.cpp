// SPDX-License-Identifier: GPL-2.0-or-later
#include "storage/sections/drop.h"

namespace tracker {

void DropBlockEncoder::add(const Event& event, DropReference& before, EncodeStep& step) {
  const DropSection& drop = event.drop;
  const uint64_t reason = drop.has_reason ? uint64_t{drop.reason} + 1 : 0;
  if (!step.columns.put_index<2>(DropColumns::kIndex, entries_, {reason, drop.location},
                                 before.index)) {
    return;
  }
  step.columns[DropColumns::kEntry].append(reason);
  step.columns[DropColumns::kEntry].append(drop.location);
}

void DropBlockEncoder::clear() { entries_.clear(); }

void DropBlockDecoder::read(Event& event, DropReference& before, DecodeStep& step) {
  event.drop = step.entry(DropColumns::kIndex, entries_, before.index, [&step] {
    DropSection read;
    const uint64_t reason = step.varint(DropColumns::kEntry);
    read.has_reason = reason != 0;
    if (reason != 0) read.reason = step.narrow<uint32_t>(DropColumns::kEntry, reason - 1);
    read.location = step.varint(DropColumns::kEntry);
    return read;
  });
}

}  // namespace tracker
