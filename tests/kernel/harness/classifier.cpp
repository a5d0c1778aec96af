// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/classifier.h"

#include <fmt/format.h>

namespace tracker::kernel_test {

void drop_port_9(const NetworkNamespace& netns, const std::string& device, const std::string& way) {
  // Classic BPF whose result is the verdict (2: TC_ACT_SHOT, 0: TC_ACT_OK), which needs no action's
  // module: the half-word after Ethernet's and IPv4's 34 bytes and the source port is 9.
  netns.tc(fmt::format(
      "qdisc add dev {0} clsact\n"
      "filter add dev {0} {1} bpf da bytecode '4,40 0 0 36,21 0 1 9,6 0 0 2,6 0 0 0,'\n",
      device, way));
}

}  // namespace tracker::kernel_test
