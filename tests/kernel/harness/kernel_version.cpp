// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/kernel_version.h"

#include <sys/utsname.h>

#include <cstdio>

#include "harness/require.h"

namespace tracker::kernel_test {

KernelVersion kernel_version() {
  utsname names{};
  require_call(uname(&names), "uname");
  const std::string release = names.release;
  const size_t dot = release.find('.');
  require(dot != std::string::npos, "uname -r without a dot");
  return {std::stoi(release), std::stoi(release.substr(dot + 1))};
}

std::string by_kernel(const std::string& v6_1, const std::string& v6_12, const std::string& v6_18) {
  const KernelVersion running = kernel_version();
  if (!running.is_at_least(6, 12)) return v6_1;
  return running.is_at_least(6, 18) ? v6_18 : v6_12;
}

std::string udp_receive_place() {
  return kernel_version().is_at_least(7, 0) ? "udp_rcv" : "__udp4_lib_rcv";
}

std::string udpv6_receive_place() {
  return kernel_version().is_at_least(7, 0) ? "udpv6_rcv" : "__udp6_lib_rcv";
}

}  // namespace tracker::kernel_test
