// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "harness/network_namespace.h"
#include "harness/topology.h"
#include "harness/traffic.h"

namespace tracker::kernel_test {

// Where flow() goes to.
inline constexpr uint16_t kFlowPort = 7777;

// Two namespaces between which packets go, where functions can be watched; skipped elsewhere.
class FunctionScenario : public ::testing::Test {
 protected:
  void SetUp() override;

  std::vector<const NetworkNamespace*> both() const { return {&pair_.left, &pair_.right}; }

  // From the left namespace to the right one.
  Flow flow() const;

  // Sends so many datagrams of a flow to a socket in the right namespace, which gets all of them.
  void deliver(const Flow& sent, int count) const;

  const Pair pair_;
};

}  // namespace tracker::kernel_test
