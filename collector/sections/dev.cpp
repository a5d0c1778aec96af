// SPDX-License-Identifier: GPL-2.0-or-later
#include "collector/sections/dev.h"

#include <cstring>

namespace tracker {

bool DevRecordDecoder::decode(const RecordView& record, DecodeContext& context, Names& names,
                              Event& event) {
  const dev_record& raw = *record.dev();
  event.dev = {raw.ifindex, raw.rx_ifindex,
               FixedName({raw.name, ::strnlen(raw.name, sizeof(raw.name))})};
  // the record has the cookie whether or not the event shows its namespace
  note(raw.netns_cookie, event.dev, context, names);
  return true;
}

void DevRecordDecoder::note(uint64_t netns_cookie, const DevSection& dev, DecodeContext& context,
                            Names& names) {
  const std::pair<uint64_t, uint32_t> key{netns_cookie, dev.ifindex};
  const auto known = interfaces_.find(key);
  if (known != interfaces_.end() && known->second == dev.name) return;
  // A renamed interface is a row too: names only grow.
  if (names.interfaces.size() >= context.limits().interfaces) {
    ++context.left_out().interfaces;
    return;
  }
  interfaces_[key] = dev.name;
  names.interfaces.push_back({key.first, key.second, std::string(dev.name.view())});
}

}  // namespace tracker
