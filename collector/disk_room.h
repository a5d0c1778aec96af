// SPDX-License-Identifier: GPL-2.0-or-later
//
// DiskRoom: what is left on the file system that a recording grows on. A collection must not fill
// it: others write there too.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"

namespace tracker {

struct DiskRoom {
  uint64_t free_bytes = 0;   // for users without the right to the reserve
  uint64_t total_bytes = 0;  // 0: the file system does not say

  // Less than 5 % or 256 MiB.
  bool is_low() const;
  // "200 MiB of 10240 MiB left, and 5 % and 256 MiB stay free".
  std::string text() const;
};

// Nothing where that cannot be found out: then a failing write tells.
std::optional<DiskRoom> disk_room_beside(const std::string& path);

// Whether a recording can be begun at `path`: by what is there, and by the room beside it.
Result<void> check_recording_place(const std::string& path);

}  // namespace tracker
