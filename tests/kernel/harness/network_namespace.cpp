// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/network_namespace.h"

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <sstream>
#include <thread>

#include "harness/require.h"

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71  // 5.14
#endif

namespace tracker::kernel_test {
namespace {

constexpr char kFolder[] = "/run/netns";

std::string path_of(const std::string& name) { return fmt::format("{}/{}", kFolder, name); }

std::string unique_name(std::string_view label) {
  static std::atomic<unsigned> made = 0;
  return fmt::format("tkt{}-{}-{}", getpid(), made++, label);
}

void bind_to_name(const std::string& what, const std::string& name) {
  mkdir(kFolder, 0755);
  const std::string path = path_of(name);
  close(require_call(open(path.c_str(), O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444), path));
  require_call(mount(what.c_str(), path.c_str(), nullptr, MS_BIND, nullptr),
               "cannot name a network namespace");
}

void remove_name(const std::string& name) {
  const std::string path = path_of(name);
  umount2(path.c_str(), MNT_DETACH);
  unlink(path.c_str());
}

// A thread of its own, so that the caller's namespace stays as it is.
void on_thread(const std::function<void()>& work) {
  std::packaged_task<void()> task(work);
  std::future<void> done = task.get_future();
  std::thread(std::move(task)).join();
  done.get();
}

// The number under `name` in the two lines of `group`: names, then values.
uint64_t counter_in(const std::string& text, std::string_view group, std::string_view name) {
  std::istringstream lines(text);
  const std::string start = fmt::format("{}:", group);
  for (std::string names, values; std::getline(lines, names) && std::getline(lines, values);) {
    std::istringstream name_words(names);
    std::istringstream value_words(values);
    std::string word;
    std::string value;
    name_words >> word;
    value_words >> value;
    if (word != start) continue;
    while (name_words >> word && value_words >> value) {
      if (word == name) return std::stoull(value);
    }
  }
  throw std::runtime_error(fmt::format("no counter {}{}", group, name));
}

// /proc/net/snmp6 has a line for each: "Icmp6OutDestUnreachs", then the number.
uint64_t ipv6_counter_in(const std::string& text, std::string_view group, std::string_view name) {
  std::istringstream words(text);
  const std::string wanted = fmt::format("{}{}", group, name);
  std::string word;
  uint64_t number = 0;
  while (words >> word >> number) {
    if (word == wanted) return number;
  }
  throw std::runtime_error(fmt::format("no counter {}", wanted));
}

}  // namespace

NetworkNamespace::NetworkNamespace(std::string_view label, Ipv6 ipv6) : name_(unique_name(label)) {
  on_thread([&] {
    require_call(unshare(CLONE_NEWNET), "cannot make a network namespace (root is needed)");
    bind_to_name("/proc/thread-self/ns/net", name_);
  });
  const std::string path = path_of(name_);
  fd_.reset(require_call(open(path.c_str(), O_RDONLY | O_CLOEXEC), path));
  if (ipv6 == Ipv6::kOff) set("ipv6/conf/default/disable_ipv6", "1");
}

NetworkNamespace::~NetworkNamespace() { remove_name(name_); }

uint32_t NetworkNamespace::inum() const {
  struct stat status {};
  require_call(fstat(fd_.get(), &status), "cannot stat a namespace");
  return static_cast<uint32_t>(status.st_ino);
}

uint64_t NetworkNamespace::cookie() const {
  const UniqueFd socket = open_socket(AF_INET, SOCK_DGRAM, 0);
  uint64_t cookie = 0;
  socklen_t size = sizeof(cookie);
  require_call(getsockopt(socket.get(), SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &size),
               "SO_NETNS_COOKIE");
  return cookie;
}

void NetworkNamespace::rename(const std::string& name) {
  bind_to_name(fmt::format("/proc/self/fd/{}", fd_.get()), name);
  remove_name(name_);
  name_ = name;
}

void NetworkNamespace::run(const std::function<void()>& work) const {
  on_thread([&] {
    require_call(setns(fd_.get(), CLONE_NEWNET), "cannot enter a namespace");
    work();
  });
}

UniqueFd NetworkNamespace::open_socket(int domain, int type, int protocol) const {
  UniqueFd fd;
  run([&] {
    fd.reset(require_call(::socket(domain, type | SOCK_CLOEXEC, protocol), "cannot open a socket"));
  });
  return fd;
}

void NetworkNamespace::ip(std::string_view commands) const {
  ProcessOptions options;
  options.input = commands;
  options.netns_fd = fd_.get();
  require_program({"ip", "-batch", "-"}, options);
}

void NetworkNamespace::nft(std::string_view ruleset) const {
  ProcessOptions options;
  options.input = ruleset;
  options.netns_fd = fd_.get();
  require_program({"nft", "-f", "-"}, options);
}

void NetworkNamespace::tc(std::string_view commands) const {
  ProcessOptions options;
  options.input = commands;
  options.netns_fd = fd_.get();
  require_program({"tc", "-batch", "-"}, options);
}

void NetworkNamespace::set(std::string_view setting, std::string_view value) const {
  run([&] { write_file(fmt::format("/proc/sys/net/{}", setting), value); });
}

uint64_t NetworkNamespace::counter(std::string_view group, std::string_view name) const {
  uint64_t found = 0;
  run([&] {
    if (group.ends_with('6')) {
      found = ipv6_counter_in(read_file("/proc/thread-self/net/snmp6"), group, name);
      return;
    }
    const bool extended = group.ends_with("Ext");
    const char* path = extended ? "/proc/thread-self/net/netstat" : "/proc/thread-self/net/snmp";
    found = counter_in(read_file(path), group, name);
  });
  return found;
}

void NetworkNamespace::wait_until_running(const std::string& device) const {
  const UniqueFd fd = open_socket(AF_INET, SOCK_DGRAM, 0);
  ifreq request{};
  require(device.size() < IFNAMSIZ, "device name too long");
  device.copy(request.ifr_name, IFNAMSIZ - 1);
  const auto flags = [&] {
    require_call(ioctl(fd.get(), SIOCGIFFLAGS, &request), device);
    return request.ifr_flags;
  };
  request.ifr_flags = static_cast<short>(flags() | IFF_UP);
  require_call(ioctl(fd.get(), SIOCSIFFLAGS, &request), device);
  require_soon([&] { return (flags() & IFF_RUNNING) != 0; }, device + " to run");
  // The queue is set up right after the flag, under the lock that this call waits for.
  require_call(ioctl(fd.get(), SIOCSIFFLAGS, &request), device);
}

}  // namespace tracker::kernel_test
