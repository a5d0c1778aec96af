// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/flood/own_namespace.h"

#include <fmt/format.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "base/system_error.h"
#include "base/unique_fd.h"

namespace tracker::bench {
namespace {

Result<void> bring_loopback_up() {
  const UniqueFd socket(::socket(AF_INET, SOCK_DGRAM, 0));
  ifreq request{};
  std::snprintf(request.ifr_name, sizeof(request.ifr_name), "lo");
  request.ifr_flags = IFF_UP;
  if (::ioctl(socket.get(), SIOCSIFFLAGS, &request) != 0)
    return system_error("bring up lo in a network namespace", errno);
  return {};
}

uint64_t datagrams_without_port() {
  std::ifstream file("/proc/self/net/snmp");
  std::string names;
  std::string values;
  while (std::getline(file, names) && std::getline(file, values)) {
    if (!names.starts_with("Udp:")) continue;
    std::istringstream name_words(names);
    std::istringstream value_words(values);
    std::string name;
    std::string value;
    while (name_words >> name && value_words >> value) {
      if (name == "NoPorts") return std::stoull(value);
    }
  }
  return 0;
}

// "    lo: BYTES PACKETS ERRORS DROPPED ...": enqueue_to_backlog() counts them for the device.
uint64_t dropped_by_loopback() {
  std::ifstream file("/proc/self/net/dev");
  std::string word;
  while (file >> word) {
    if (word != "lo:") continue;
    uint64_t numbers[4]{};
    for (uint64_t& number : numbers) file >> number;
    return numbers[3];
  }
  return 0;
}

}  // namespace

Result<void> enter_own_namespace() {
  if (::unshare(CLONE_NEWNET | CLONE_NEWNS) != 0)
    return system_error("make a network and a mount namespace", errno, "run it as root");
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
    return system_error("keep mounts to a namespace", errno);
  // EBUSY: it is there already. Others: the tools that need it will say so.
  static_cast<void>(::mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, nullptr));
  return bring_loopback_up();
}

std::string own_netns_path() { return fmt::format("/proc/{}/ns/net", ::getpid()); }

Result<uint32_t> own_netns_inum() {
  struct stat status {};
  if (::stat("/proc/self/ns/net", &status) != 0)
    return system_error("read /proc/self/ns/net", errno);
  return static_cast<uint32_t>(status.st_ino);
}

uint64_t drops_so_far() { return datagrams_without_port() + dropped_by_loopback(); }

}  // namespace tracker::bench
