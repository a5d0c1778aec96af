// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "harness/recording.h"

namespace tracker::kernel_test {

// "--probe", the first target, "--probe", the second, ...
std::vector<std::string> probes(const std::vector<std::string>& targets);

// The probe of an event, as it is typed: "fn:nf_tables/nft_do_chain%return".
std::string target_of(const Json& event);

}  // namespace tracker::kernel_test
