// SPDX-License-Identifier: GPL-2.0-or-later
//
// A library to be preloaded into tracker: once the file that TRACKER_FAULT names is there, the
// system fails as its content says. FULL, IO and READONLY: writes to recordings; LOW: the disk says
// that 100 MiB of 100 GiB are left.
#include <dlfcn.h>
#include <sys/statvfs.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

std::string fault() {
  const char* path = std::getenv("TRACKER_FAULT");
  FILE* file = path ? std::fopen(path, "re") : nullptr;
  if (!file) return {};
  char word[16] = "";
  const size_t size = std::fread(word, 1, sizeof(word) - 1, file);
  std::fclose(file);
  return {word, size};
}

bool is_recording(int fd) {
  char target[4096] = "";
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t size = ::readlink(link.c_str(), target, sizeof(target) - 1);
  return size > 0 && std::strstr(target, ".db") != nullptr;
}

// The number that a write to `fd` fails with; 0: it does not.
int write_error(int fd) {
  if (!is_recording(fd)) return 0;
  const std::string kind = fault();
  return kind == "FULL" ? ENOSPC : kind == "IO" ? EIO : kind == "READONLY" ? EROFS : 0;
}

template <typename Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

using PositionalWrite = ssize_t (*)(int, const void*, size_t, off_t);
using Write = ssize_t (*)(int, const void*, size_t);
using FileSystem = int (*)(const char*, struct statvfs*);

}  // namespace

extern "C" {

ssize_t pwrite64(int fd, const void* from, size_t size, off_t at) {
  static const auto real = next<PositionalWrite>("pwrite64");
  if (const int failed = write_error(fd)) return errno = failed, -1;
  return real(fd, from, size, at);
}

ssize_t pwrite(int fd, const void* from, size_t size, off_t at) {
  return pwrite64(fd, from, size, at);
}

ssize_t write(int fd, const void* from, size_t size) {
  static const auto real = next<Write>("write");
  if (const int failed = write_error(fd)) return errno = failed, -1;
  return real(fd, from, size);
}

int statvfs(const char* path, struct statvfs* status) {
  static const auto real = next<FileSystem>("statvfs");
  const int result = real(path, status);
  if (result == 0 && fault() == "LOW") {
    status->f_blocks = (uint64_t{100} << 30) / status->f_frsize;
    status->f_bfree = status->f_bavail = (uint64_t{100} << 20) / status->f_frsize;
  }
  return result;
}

int statvfs64(const char* path, struct statvfs64* status) {
  return statvfs(path, reinterpret_cast<struct statvfs*>(status));
}

}  // extern "C"
