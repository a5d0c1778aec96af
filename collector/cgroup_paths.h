// SPDX-License-Identifier: GPL-2.0-or-later
//
// CgroupPaths: the paths of cgroups by their ids, from the mounted cgroup v2 hierarchy, where a
// cgroup's id is the inode number of its directory (kernfs_node.id, since 5.5).
//
// open_by_handle_at() would take an id to its directory in one call, but needs CAP_DAC_READ_SEARCH,
// which a collection gives up. So the tree is walked when an id is asked for that is not known, at
// most once a second; a cgroup that is gone by then keeps its number only.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>

namespace tracker {

class CgroupPaths {
 public:
  using Clock = std::function<uint64_t()>;  // nanoseconds

  CgroupPaths();
  // For tests: another root than that of the mounted hierarchy (empty: none is mounted), another
  // clock.
  CgroupPaths(std::string root, Clock clock) : root_(std::move(root)), clock_(std::move(clock)) {}

  // The path from the root of the hierarchy as this process sees it: "/system.slice/sshd.service",
  // "/" for the root itself.
  std::optional<std::string> find(uint64_t id);

 private:
  void walk();

  std::string root_;
  Clock clock_;
  uint64_t next_walk_ns_ = 0;
  std::unordered_map<uint64_t, std::string> paths_;  // as the last walk found them
};

// Where the file system cgroup2 is mounted, by the text of a mountinfo file (proc(5)): empty where
// it is not.
std::string cgroup2_mount(const std::string& mountinfo);

}  // namespace tracker
