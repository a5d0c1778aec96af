// SPDX-License-Identifier: GPL-2.0-or-later
#include "collector/sections/netns.h"

namespace tracker {

bool NetnsRecordDecoder::decode(const RecordView& record, DecodeContext& /*context*/,
                                Names& /*names*/, Event& event) {
  event.netns = {record.netns()->inum, record.netns()->cookie};
  return true;
}

}  // namespace tracker
