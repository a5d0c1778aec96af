// SPDX-License-Identifier: GPL-2.0-or-later
#include "collector/netns_names.h"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cctype>
#include <fstream>
#include <memory>

#include "collector/directory.h"

namespace tracker {

namespace {

constexpr size_t kMaxNamespaces = 65536;

std::string named(uint32_t inum) {
  Directory directory(::opendir("/run/netns"));
  if (!directory) return {};
  while (const dirent* entry = ::readdir(directory.get())) {
    std::string name = entry->d_name;
    if (name != "." && name != ".." && has_inum("/run/netns/" + name, inum)) return name;
  }
  return {};
}

std::string process_in(uint32_t inum) {
  Directory directory(::opendir("/proc"));
  if (!directory) return {};
  while (const dirent* entry = ::readdir(directory.get())) {
    std::string pid = entry->d_name;
    if (!std::isdigit(static_cast<unsigned char>(pid[0])) ||
        !has_inum("/proc/" + pid + "/ns/net", inum))
      continue;
    std::string comm;
    std::ifstream file("/proc/" + pid + "/comm");
    std::getline(file, comm);
    return fmt::format("pid {} ({})", pid, comm);
  }
  return {};
}

std::string find_name(uint32_t inum) {
  std::string name = named(inum);
  if (!name.empty()) return name;
  if (has_inum("/proc/1/ns/net", inum)) return "host";
  return process_in(inum);
}

}  // namespace

void NetnsNames::note(const NetnsSection& netns, Names& names) {
  if (names.netns.size() >= kMaxNamespaces) return;
  if (!seen_.insert(netns.cookie ? netns.cookie : netns.inum).second) return;
  names.netns.push_back({netns.cookie, netns.inum, find_name(netns.inum)});
}

}  // namespace tracker
