// SPDX-License-Identifier: GPL-2.0-or-later
//
// Which of the kernels that the expectations were written for runs here: what they report differs.
// Only expectations depend on it; tracker itself never compares versions.
#pragma once

#include <string>

namespace tracker::kernel_test {

struct KernelVersion {
  int major = 0;
  int minor = 0;

  bool is_at_least(int other_major, int other_minor) const {
    return major != other_major ? major > other_major : minor >= other_minor;
  }
};

// The first two numbers of uname -r.
KernelVersion kernel_version();

// Picks what this kernel is expected to report: `v6_1` before 6.12, `v6_12` before 6.18, else
// `v6_18`.
std::string by_kernel(const std::string& v6_1, const std::string& v6_12, const std::string& v6_18);

// Where UDP gives up on a datagram: __udp4_lib_rcv() up to 6.18, udp_rcv(), which has taken it in,
// on 7.3; and the same of IPv6.
std::string udp_receive_place();
std::string udpv6_receive_place();

}  // namespace tracker::kernel_test
