// SPDX-License-Identifier: GPL-2.0-or-later
#include "collector/cgroup_paths.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <sstream>
#include <utility>
#include <vector>

#include "base/directory.h"
#include "collector/host_facts.h"

namespace tracker {
namespace {

constexpr uint64_t kWalkIntervalNs = 1'000'000'000;
// A host with more cgroups names those that a walk reaches first.
constexpr size_t kMaxCgroups = 65'536;

std::string own_mountinfo() {
  std::ifstream file("/proc/self/mountinfo");
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> subdirectories(const std::string& path) {
  std::vector<std::string> names;
  Directory directory(::opendir(path.c_str()));
  if (!directory) return names;  // gone meanwhile
  while (const dirent* entry = ::readdir(directory.get())) {
    const std::string name = entry->d_name;
    if (entry->d_type == DT_DIR && name != "." && name != "..") names.push_back(name);
  }
  return names;
}

}  // namespace

std::string cgroup2_mount(const std::string& mountinfo) {
  std::istringstream lines(mountinfo);
  for (std::string line; std::getline(lines, line);) {
    // "ID PARENT MAJOR:MINOR ROOT MOUNT-POINT OPTIONS [FIELDS] - TYPE SOURCE OPTIONS"
    const size_t separator = line.find(" - ");
    if (separator == std::string::npos || line.compare(separator + 3, 8, "cgroup2 ") != 0) continue;
    std::istringstream fields(line);
    std::string id, parent, device, root, mount_point;
    fields >> id >> parent >> device >> root >> mount_point;
    return mount_point;
  }
  return {};
}

CgroupPaths::CgroupPaths() : CgroupPaths(cgroup2_mount(own_mountinfo()), boottime_ns) {}

std::optional<std::string> CgroupPaths::find(uint64_t id) {
  auto known = paths_.find(id);
  if (known == paths_.end() && clock_() >= next_walk_ns_) {
    walk();
    next_walk_ns_ = clock_() + kWalkIntervalNs;
    known = paths_.find(id);
  }
  if (known == paths_.end()) return std::nullopt;
  return known->second;
}

void CgroupPaths::walk() {
  paths_.clear();
  if (root_.empty()) return;
  std::vector<std::string> pending{""};
  while (!pending.empty() && paths_.size() < kMaxCgroups) {
    const std::string path = std::move(pending.back());
    pending.pop_back();
    struct stat info {};
    if (::stat((root_ + path).c_str(), &info) != 0) continue;
    paths_.emplace(info.st_ino, path.empty() ? "/" : path);
    for (const std::string& name : subdirectories(root_ + path)) {
      pending.push_back(path + "/" + name);
    }
  }
}

}  // namespace tracker
