// SPDX-License-Identifier: GPL-2.0-or-later
#include "storage/sections/dev.h"

#include "storage/dictionary_key.h"

namespace tracker {

void DevBlockEncoder::add(const Event& event, DevReference& before, EncodeStep& step) {
  const DevSection& dev = event.dev;
  const auto name = words_of(dev.name);
  if (!step.columns.put_index<3>(DevColumns::kIndex, entries_,
                                 {uint64_t{dev.ifindex} << 32 | dev.rx_ifindex, name[0], name[1]},
                                 before.index)) {
    return;
  }
  step.columns[DevColumns::kEntry].append(dev.ifindex);
  step.columns[DevColumns::kEntry].append(dev.rx_ifindex);
  step.columns.put_name(DevColumns::kEntry, dev.name.view());
}

void DevBlockEncoder::clear() { entries_.clear(); }

void DevBlockDecoder::read(Event& event, DevReference& before, DecodeStep& step) {
  event.dev = step.entry(DevColumns::kIndex, entries_, before.index, [&step] {
    DevSection read;
    read.ifindex = step.number<uint32_t>(DevColumns::kEntry);
    read.rx_ifindex = step.number<uint32_t>(DevColumns::kEntry);
    read.name = step.name(DevColumns::kEntry);
    return read;
  });
}

}  // namespace tracker
