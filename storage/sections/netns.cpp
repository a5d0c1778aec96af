// SPDX-License-Identifier: GPL-2.0-or-later
#include "storage/sections/netns.h"

namespace tracker {

void NetnsBlockEncoder::add(const Event& event, NetnsReference& before, EncodeStep& step) {
  const NetnsSection& netns = event.netns;
  if (!step.columns.put_index<2>(NetnsColumns::kIndex, entries_, {netns.inum, netns.cookie},
                                 before.index)) {
    return;
  }
  step.columns[NetnsColumns::kEntry].append(netns.inum);
  step.columns[NetnsColumns::kEntry].append(netns.cookie);
}

void NetnsBlockEncoder::clear() { entries_.clear(); }

void NetnsBlockDecoder::read(Event& event, NetnsReference& before, DecodeStep& step) {
  event.netns = step.entry(NetnsColumns::kIndex, entries_, before.index, [&step] {
    NetnsSection read;
    read.inum = step.number<uint32_t>(NetnsColumns::kEntry);
    read.cookie = step.varint(NetnsColumns::kEntry);
    return read;
  });
}

}  // namespace tracker
