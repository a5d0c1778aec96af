// SPDX-License-Identifier: GPL-2.0-or-later
#include "collector/sections/drop.h"

#include <span>

namespace tracker {

bool DropRecordDecoder::decode(const RecordView& record, DecodeContext& context, Names& names,
                               Event& event) {
  const drop_record& raw = *record.drop();
  event.drop.has_reason = raw.has_reason != 0;
  event.drop.reason = event.drop.has_reason ? raw.reason : 0;
  event.drop.location = raw.location;
  if (raw.location == last_location_) return true;
  last_location_ = raw.location;
  context.resolve(std::span(&last_location_, 1), names);
  return true;
}

}  // namespace tracker
