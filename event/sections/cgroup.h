// SPDX-License-Identifier: GPL-2.0-or-later
//
// Section cgroup: the cgroup of the packet's socket, else of the task that sends it. Absent where
// there is neither: of a packet that has just come in nobody knows whose it will be.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tracker {

struct CgroupSection {
  uint64_t id = 0;  // in the cgroup v2 hierarchy; its path is in Names::cgroups

  bool operator==(const CgroupSection&) const = default;
};

// The container or unit that a cgroup's path names:
//   /system.slice/docker-3f2a9c….scope        docker/3f2a9c0d1e2f (the id's first 12 digits)
//   /docker/3f2a9c…                           docker/3f2a9c0d1e2f
//   /kubepods.slice/…/cri-containerd-77b1….scope   kubepods/77b1…
//   /machine.slice/libpod-ab12….scope         podman/ab12…
//   /lxc.payload.web/…                        lxc/web
//   /system.slice/sshd.service                sshd.service
//   /user.slice/…/user@1000.service/app.slice/app.service   app.service (the innermost unit)
// Another path is its own name, so that of the root of the hierarchy is "/".
std::string cgroup_unit(std::string_view path);

}  // namespace tracker
