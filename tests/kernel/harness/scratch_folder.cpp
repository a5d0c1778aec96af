// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/scratch_folder.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "harness/require.h"

namespace tracker::kernel_test {

ScratchFolder::ScratchFolder() : path_("/tmp/tracker-kernel-test.XXXXXX") {
  require(mkdtemp(path_.data()) != nullptr, "cannot make a folder in /tmp");
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string ScratchFolder::file(std::string_view name) const {
  return fmt::format("{}/{}", path_, name);
}

std::string read_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  require(stream.is_open(), fmt::format("cannot read {}", path));
  return {std::istreambuf_iterator<char>(stream), {}};
}

void write_file(const std::string& path, std::string_view content) {
  std::ofstream stream(path, std::ios::binary | std::ios::trunc);
  stream.write(content.data(), static_cast<std::streamsize>(content.size()));
  stream.close();
  require(!stream.fail(), fmt::format("cannot write {}", path));
}

bool file_exists(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

}  // namespace tracker::kernel_test
