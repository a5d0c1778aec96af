// SPDX-License-Identifier: GPL-2.0-or-later
#include "storage/decode_step.h"

namespace tracker {

FixedName DecodeStep::name(Column column) {
  const size_t size = columns_[column].byte();
  if (size >= FixedName::kSize) {
    fail(column);
    return {};
  }
  const std::span<const uint8_t> bytes = columns_[column].bytes(size);
  return FixedName({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace tracker
