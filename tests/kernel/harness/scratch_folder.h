// SPDX-License-Identifier: GPL-2.0-or-later
//
// ScratchFolder: a folder of the test's own, removed with all that is in it.
#pragma once

#include <string>
#include <string_view>

namespace tracker::kernel_test {

class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string file(std::string_view name) const;

 private:
  std::string path_;
};

// The whole content; throws where it cannot be read.
std::string read_file(const std::string& path);
void write_file(const std::string& path, std::string_view content);
bool file_exists(const std::string& path);

}  // namespace tracker::kernel_test
