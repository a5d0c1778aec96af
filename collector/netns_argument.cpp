// SPDX-License-Identifier: GPL-2.0-or-later
#include "collector/netns_argument.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <functional>
#include <thread>

#include "base/directory.h"
#include "base/system_error.h"
#include "base/unique_fd.h"

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71  // 5.14
#endif

namespace tracker {

namespace {

constexpr const char* kNamedDirectory = "/run/netns";

bool is_netns(int fd) {
  struct statfs info {};
  return ::fstatfs(fd, &info) == 0 && info.f_type == NSFS_MAGIC &&
         ::ioctl(fd, NS_GET_NSTYPE) == CLONE_NEWNET;
}

// The cookie is only told to a socket inside: a thread of its own goes there and ends.
uint64_t read_cookie(int netns_fd) {
  uint64_t cookie = 0;
  std::thread([&] {
    if (::setns(netns_fd, CLONE_NEWNET) != 0) return;
    UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    socklen_t size = sizeof(cookie);
    if (!socket || ::getsockopt(socket.get(), SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &size) != 0)
      cookie = 0;
  }).join();
  return cookie;
}

Result<NetnsIdentity> identify(const std::string& path, const std::string& typed) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd && (errno == ENOENT || errno == ENOTDIR))
    return Error{fmt::format(
        "no such network namespace: {} ({} does not exist; `ip netns` lists names)", typed, path)};
  if (!fd) return system_error("open network namespace " + path, errno);
  if (!is_netns(fd.get())) return Error{fmt::format("{} is not a network namespace", path)};
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return system_error("look at " + path, errno);
  return NetnsIdentity{static_cast<uint32_t>(info.st_ino), read_cookie(fd.get())};
}

// Calls `visit` with every entry of a directory until it returns true.
bool any_entry(const std::string& directory, const std::function<bool(const std::string&)>& visit) {
  Directory entries(::opendir(directory.c_str()));
  if (!entries) return false;
  while (const dirent* entry = ::readdir(entries.get())) {
    if (visit(entry->d_name)) return true;
  }
  return false;
}

Result<uint32_t> parse_inum(const std::string& text) {
  uint32_t inum = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), inum);
  if (failed != std::errc() || end != text.data() + text.size())
    return wrong_usage(fmt::format("--netns {}: an inum is a number below 4294967296", text));
  return inum;
}

bool is_inum(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c); });
}

Result<NetnsIdentity> find_by_inum(const std::string& text) {
  TRY_ASSIGN(inum, parse_inum(text));
  std::string path;
  auto matches = [&](const std::string& candidate) {
    if (!has_inum(candidate, inum)) return false;
    path = candidate;
    return true;
  };
  bool found = any_entry(kNamedDirectory,
                         [&](const std::string& name) {
                           return matches(fmt::format("{}/{}", kNamedDirectory, name));
                         }) ||
               any_entry("/proc", [&](const std::string& name) {
                 return std::isdigit(static_cast<unsigned char>(name[0])) &&
                        matches(fmt::format("/proc/{}/ns/net", name));
               });
  if (!found)
    return Error{fmt::format(
        "no such network namespace: no process and no name of `ip netns` has inum {}", text)};
  return identify(path, text);
}

}  // namespace

Result<void> check_netns_form(const std::string& text) {
  if (text.empty()) return wrong_usage("--netns needs a namespace: a name, a path or an inum");
  if (is_inum(text)) TRY(parse_inum(text));
  return {};
}

Result<NetnsIdentity> find_netns(const std::string& text) {
  TRY(check_netns_form(text));
  if (is_inum(text)) return find_by_inum(text);
  if (text.find('/') != std::string::npos) return identify(text, text);
  return identify(fmt::format("{}/{}", kNamedDirectory, text), text);
}

}  // namespace tracker
