// SPDX-License-Identifier: GPL-2.0-or-later
//
// Reading folders of /run, /proc and tracefs.
#pragma once

#include <dirent.h>
#include <sys/stat.h>

#include <cstdint>
#include <memory>
#include <string>

namespace tracker {

struct DirectoryCloser {
  void operator()(DIR* directory) const { ::closedir(directory); }
};
// From ::opendir(); null where the folder cannot be read.
using Directory = std::unique_ptr<DIR, DirectoryCloser>;

// Whether `path` leads to the object with this inode number, as namespace files have them.
inline bool has_inum(const std::string& path, uint32_t inum) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && info.st_ino == inum;
}

}  // namespace tracker
