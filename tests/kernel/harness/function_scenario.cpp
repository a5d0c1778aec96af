// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/function_scenario.h"

#include <sys/socket.h>

#include <string>

#include "harness/function_rungs.h"

namespace tracker::kernel_test {

void FunctionScenario::SetUp() {
  const std::string& said = why_no_functions(pair_.left);
  if (!said.empty()) GTEST_SKIP() << said;
}

Flow FunctionScenario::flow() const {
  return {"UDP", {pair_.left_end.ipv4, 40000}, {pair_.right_end.ipv4, kFlowPort}};
}

void FunctionScenario::deliver(const Flow& sent, int count) const {
  const UniqueFd receiver = bound_socket(pair_.right, sent.dest, SOCK_DGRAM);
  send_datagrams(pair_.left, sent, count);
  pair_.settle();
  EXPECT_EQ(drain(receiver), count);
}

}  // namespace tracker::kernel_test
