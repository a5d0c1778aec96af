// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

#include "harness/network_namespace.h"

namespace tracker::kernel_test {

// What tracker says where the kernel does not let functions be watched; empty: it does. It is asked
// once, about the functions of packets in `netns`.
const std::string& why_no_functions(const NetworkNamespace& netns);

}  // namespace tracker::kernel_test
