// SPDX-License-Identifier: GPL-2.0-or-later
#include "collector/disk_room.h"

#include <fmt/format.h>
#include <sys/statvfs.h>

#include <filesystem>

#include "storage/writer.h"

namespace tracker {

namespace {

constexpr uint64_t kMinFreeBytes = 256U << 20;
constexpr uint64_t kMinFreePart = 20;

}  // namespace

bool DiskRoom::is_low() const {
  return total_bytes != 0 &&
         (free_bytes < kMinFreeBytes || free_bytes < total_bytes / kMinFreePart);
}

std::string DiskRoom::text() const {
  return fmt::format("{} MiB of {} MiB left, and 5 % and 256 MiB stay free", free_bytes >> 20,
                     total_bytes >> 20);
}

std::optional<DiskRoom> disk_room_beside(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path();
  struct statvfs status {};
  if (::statvfs(folder.empty() ? "." : folder.c_str(), &status) != 0) return std::nullopt;
  return DiskRoom{uint64_t{status.f_bavail} * status.f_frsize,
                  uint64_t{status.f_blocks} * status.f_frsize};
}

Result<void> check_recording_place(const std::string& path) {
  TRY(RecordingWriter::check_path(path));
  const auto room = disk_room_beside(path);
  if (!room || !room->is_low()) return {};
  return Error{fmt::format(
      "cannot write recording {}: the disk is nearly full ({}); make room, choose another place "
      "with -o, or watch without a recording (--no-record)",
      path, room->text())};
}

}  // namespace tracker
