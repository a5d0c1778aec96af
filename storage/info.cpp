// SPDX-License-Identifier: GPL-2.0-or-later
#include "storage/info.h"

#include <fmt/format.h>

#include <algorithm>

#include "storage/file_header.h"
#include "storage/reader.h"

namespace tracker {

std::string RecordingInfo::wal_text() const {
  if (wal_bytes == 0) return {};
  return fmt::format(
      "its last part is in {}-wal ({} bytes): the two files belong together, a copy of one without "
      "the other lacks the end",
      path, wal_bytes);
}

Result<RecordingInfo> read_info(const std::string& path) {
  // Before the reader opens it: SQLite may make an empty -wal.
  RecordingInfo info;
  info.path = path;
  info.wal_bytes = wal_bytes(path);
  TRY_ASSIGN(reader, RecordingReader::open(path));
  TRY_ASSIGN(header, read_file_header(path));
  info.format_version = header.format_version;
  info.size_bytes = header.size_bytes;
  info.blocks = reader->blocks().size();
  for (const BlockInfo& block : reader->blocks()) {
    const bool is_first = info.events == 0;
    info.first_ns = is_first ? block.first_ns : std::min(info.first_ns, block.first_ns);
    info.last_ns = is_first ? block.last_ns : std::max(info.last_ns, block.last_ns);
    info.events += block.events;
    info.block_bytes += block.stored_bytes;
  }
  info.session = reader->session();
  info.damage = reader->damage();
  info.ended_cleanly = info.session.end_ns != 0;
  return info;
}

}  // namespace tracker
