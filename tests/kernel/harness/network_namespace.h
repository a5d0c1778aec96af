// SPDX-License-Identifier: GPL-2.0-or-later
//
// NetworkNamespace: a network namespace that the test made, with a name under /run/netns as
// `ip netns add` gives it. It and its links are gone when the object is.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/unique_fd.h"
#include "harness/process.h"

namespace tracker::kernel_test {

class NetworkNamespace {
 public:
  // `label` is part of the name, which is unique on this machine. IPv6 is off unless asked for,
  // because neighbour discovery and MLD would add packets that the scenario did not send.
  enum class Ipv6 { kOff, kOn };
  explicit NetworkNamespace(std::string_view label, Ipv6 ipv6 = Ipv6::kOff);
  ~NetworkNamespace();
  NetworkNamespace(const NetworkNamespace&) = delete;
  NetworkNamespace& operator=(const NetworkNamespace&) = delete;

  const std::string& name() const { return name_; }
  uint32_t inum() const;
  uint64_t cookie() const;
  int fd() const { return fd_.get(); }

  // Calls `work` on a thread inside the namespace and waits for it; what it throws is passed on.
  // File descriptors that it opens belong to the namespace and can be used from anywhere.
  void run(const std::function<void()>& work) const;
  UniqueFd open_socket(int domain, int type, int protocol) const;

  // Runs `ip -batch` inside: one command a line.
  void ip(std::string_view commands) const;
  void nft(std::string_view ruleset) const;
  // Runs `tc -batch` inside: one command a line.
  void tc(std::string_view commands) const;
  // Gives it another name, which must be free.
  void rename(const std::string& name);
  // For example "ipv4/conf/all/rp_filter": a file in /proc/sys/net.
  void set(std::string_view setting, std::string_view value) const;
  // A number from /proc/net/snmp, netstat or snmp6: counter("Ip", "OutNoRoutes"), with the
  // groups "Ip6", "Icmp6" and "Udp6" for IPv6.
  uint64_t counter(std::string_view group, std::string_view name) const;
  // Puts `device` up and waits until packets go through it.
  void wait_until_running(const std::string& device) const;

 private:
  std::string name_;
  UniqueFd fd_;
};

}  // namespace tracker::kernel_test
