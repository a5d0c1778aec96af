// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/control_group.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "collector/cgroup_paths.h"
#include "harness/require.h"

namespace tracker::kernel_test {
namespace {

std::string content_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string root() { return cgroup2_mount(content_of("/proc/self/mountinfo")); }

// The path of this process in the v2 hierarchy, of the line "0::PATH".
std::string own_path() {
  const std::string text = content_of("/proc/self/cgroup");
  const size_t begin = text.find("0::");
  require(begin != std::string::npos, "no cgroup of the v2 hierarchy in /proc/self/cgroup");
  return text.substr(begin + 3, text.find('\n', begin) - begin - 3);
}

void move_to(const std::string& path) {
  std::ofstream file(root() + path + "/cgroup.procs");
  file << ::getpid() << std::flush;
  require(file.good(), "cannot move this process into " + path);
}

}  // namespace

bool ControlGroup::is_possible() {
  return !root().empty() && ::access((root() + "/cgroup.procs").c_str(), W_OK) == 0;
}

ControlGroup::ControlGroup(const std::string& path) : path_(path) {
  for (size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string folder = root() + path.substr(0, end);
    if (::mkdir(folder.c_str(), 0755) == 0) made_.push_back(folder);
    if (end == std::string::npos) break;
  }
  require(::access((root() + path).c_str(), F_OK) == 0, "cannot make cgroup " + path);
}

ControlGroup::~ControlGroup() {
  for (size_t i = made_.size(); i-- > 0;) ::rmdir(made_[i].c_str());
}

std::string ControlGroup::id() const {
  struct stat info {};
  require_call(::stat((root() + path_).c_str(), &info), "stat");
  return fmt::format("{:#x}", info.st_ino);
}

void ControlGroup::run_inside(const std::function<void()>& act) const {
  const std::string before = own_path();
  move_to(path_);
  act();
  move_to(before);
}

}  // namespace tracker::kernel_test
