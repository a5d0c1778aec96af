// SPDX-License-Identifier: GPL-2.0-or-later
//
// What kind of file a path names, from its first 100 bytes: decided before SQLite sees it.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace tracker {

struct FileHeader {
  enum class Kind {
    kMissing,
    kEmpty,      // a file without a byte
    kRecording,  // an SQLite file with tracker's application id
    kOther,      // any other file
    kNotAFile,   // a directory, device, pipe ...
  };
  Kind kind = Kind::kMissing;
  uint64_t size_bytes = 0;
  // Only of a recording, as the header has them.
  uint32_t format_version = 0;
  uint32_t page_size = 0;
  uint64_t claimed_bytes = 0;   // page size times pages
  bool is_write_ahead = false;  // in journal mode WAL: not ended, nor its -wal brought into it

  // Whether bytes are missing at its end. A file whose -wal holds the rest is told apart by
  // wal_bytes().
  bool is_cut_off() const { return size_bytes < claimed_bytes; }
};

// Fails only where the file is there and cannot be read (no permission, I/O error).
Result<FileHeader> read_file_header(const std::string& path);

// Size of the write-ahead log beside a recording; 0 where there is none.
uint64_t wal_bytes(const std::string& path);

// Whether a recording that was not ended cleanly may be a copy without its -wal. SQLite makes an
// empty one when it opens such a file; where a collector brought the -wal of a killed one into the
// file, the journal mode says so.
bool lacks_wal(const std::string& path);

// What then is said of it, after its name.
std::string lacking_wal_text(const std::string& path);

}  // namespace tracker
