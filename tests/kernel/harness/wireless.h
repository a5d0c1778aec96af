// SPDX-License-Identifier: GPL-2.0-or-later
//
// RadioPair: two simulated radios (mac80211_hwsim) that hear each other, in ad hoc mode.
#pragma once

#include <string>

#include "harness/network_namespace.h"
#include "harness/topology.h"

namespace tracker::kernel_test {

struct RadioPair {
  // With WEP keys of five characters each; empty: none.
  RadioPair(const std::string& left_key, const std::string& right_key);

  NetworkNamespace left{"left"};
  NetworkNamespace right{"right"};
  End left_end{"wlan0", {2, 0, 0, 0, 3, 1}, "10.3.0.1", ""};
  End right_end{"wlan1", {2, 0, 0, 0, 3, 2}, "10.3.0.2", ""};
};

}  // namespace tracker::kernel_test
