// SPDX-License-Identifier: GPL-2.0-or-later
//
// ControlGroup: a cgroup of the v2 hierarchy that a test makes, and running inside it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace tracker::kernel_test {

class ControlGroup {
 public:
  // Makes PATH below the root of the hierarchy: "/tracker-test/app.slice/web.service". The folders
  // that were not there are removed at the end.
  explicit ControlGroup(const std::string& path);
  ~ControlGroup();
  ControlGroup(const ControlGroup&) = delete;
  ControlGroup& operator=(const ControlGroup&) = delete;

  // Whether the hierarchy is mounted and this process may make groups in it.
  static bool is_possible();

  const std::string& path() const { return path_; }
  // As events have it.
  std::string id() const;

  // Runs `act` in this process while it is in the group, and puts it back.
  void run_inside(const std::function<void()>& act) const;

 private:
  std::string path_;
  std::vector<std::string> made_;  // outermost first
};

}  // namespace tracker::kernel_test
