// SPDX-License-Identifier: GPL-2.0-or-later
#include "storage/file_header.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "base/system_error.h"
#include "base/unique_fd.h"
#include "storage/schema.h"

namespace tracker {
namespace {

// https://www.sqlite.org/fileformat.html, "The Database Header".
constexpr size_t kHeaderBytes = 100;
constexpr std::string_view kMagic("SQLite format 3\0", 16);
constexpr size_t kPageSizeOffset = 16;
constexpr size_t kReadVersionOffset = 19;
constexpr size_t kPagesOffset = 28;
constexpr uint32_t kWriteAhead = 2;  // as a read version
constexpr size_t kUserVersionOffset = 60;
constexpr size_t kApplicationIdOffset = 68;

using HeaderBytes = std::array<uint8_t, kHeaderBytes>;

uint32_t big_endian(const HeaderBytes& bytes, size_t offset, size_t size) {
  uint32_t value = 0;
  for (size_t i = 0; i < size; ++i) value = value << 8 | bytes[offset + i];
  return value;
}

// How many bytes were read: fewer than asked for at the end of the file; -1 with errno.
ssize_t read_fully(int fd, HeaderBytes& bytes) {
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got =
        ::pread(fd, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return -1;
    if (got == 0) break;
    done += static_cast<size_t>(got);
  }
  return static_cast<ssize_t>(done);
}

void decode(const HeaderBytes& bytes, FileHeader& header) {
  header.kind = FileHeader::Kind::kOther;
  if (std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) != 0) return;
  if (big_endian(bytes, kApplicationIdOffset, 4) != kApplicationId) return;
  header.kind = FileHeader::Kind::kRecording;
  header.format_version = big_endian(bytes, kUserVersionOffset, 4);
  const uint32_t page_size = big_endian(bytes, kPageSizeOffset, 2);
  header.page_size = page_size == 1 ? 65'536 : page_size;
  header.is_write_ahead = big_endian(bytes, kReadVersionOffset, 1) == kWriteAhead;
  header.claimed_bytes = uint64_t{header.page_size} * big_endian(bytes, kPagesOffset, 4);
}

}  // namespace

Result<FileHeader> read_file_header(const std::string& path) {
  FileHeader header;
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return header;
    return system_error("read " + path, errno);
  }
  if (!S_ISREG(status.st_mode)) {
    header.kind = FileHeader::Kind::kNotAFile;
    return header;
  }
  header.size_bytes = static_cast<uint64_t>(status.st_size);
  if (header.size_bytes == 0) {
    header.kind = FileHeader::Kind::kEmpty;
    return header;
  }
  // O_NONBLOCK: should it have become a pipe meanwhile, opening must not wait for a writer.
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return system_error("read " + path, errno);
  HeaderBytes bytes{};
  const ssize_t got = read_fully(fd.get(), bytes);
  if (got < 0) return system_error("read " + path, errno);
  header.kind = FileHeader::Kind::kOther;
  if (static_cast<size_t>(got) == kHeaderBytes) decode(bytes, header);
  return header;
}

uint64_t wal_bytes(const std::string& path) {
  struct stat status {};
  if (::stat((path + "-wal").c_str(), &status) != 0) return 0;
  return static_cast<uint64_t>(status.st_size);
}

bool lacks_wal(const std::string& path) {
  const Result<FileHeader> header = read_file_header(path);
  return header && header->kind == FileHeader::Kind::kRecording && header->is_write_ahead &&
         wal_bytes(path) == 0;
}

std::string lacking_wal_text(const std::string& path) {
  return fmt::format(
      "was not ended cleanly and there is no {}-wal: if there is one where the file comes from, "
      "copy both, or the last events are missing",
      path);
}

}  // namespace tracker
