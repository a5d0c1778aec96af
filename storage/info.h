// SPDX-License-Identifier: GPL-2.0-or-later
//
// What `tracker db info` says of a recording as a file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "event/session.h"

namespace tracker {

struct RecordingInfo {
  std::string path;
  uint32_t format_version = 0;
  uint64_t size_bytes = 0;
  uint64_t wal_bytes = 0;  // of the -wal that belongs to it; 0: none
  uint64_t blocks = 0;
  uint64_t block_bytes = 0;  // of all blocks, compressed
  uint64_t events = 0;
  uint64_t first_ns = 0;  // of all events, as Event::timestamp_ns; 0 without events
  uint64_t last_ns = 0;
  bool ended_cleanly = false;  // else: killed, or still being written
  Session session;
  std::optional<Error> damage;  // RecordingReader::damage(): the numbers are of what was found

  // A sentence for a recording with a -wal: that the two belong together. Empty without.
  std::string wal_text() const;
};

// Fails as RecordingReader::open() does. No block is decoded.
Result<RecordingInfo> read_info(const std::string& path);

}  // namespace tracker
