// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

namespace tracker {

// The function as kprobes call it: "ip_rcv", "openvswitch:ovs_dp_process_packet".
std::string kprobe_symbol(const std::string& function, const std::string& module);

enum class KprobeEnd { kBeginning, kReturn };

// A kprobe at the first instruction of a function ("ip_rcv", "openvswitch:ovs_dp_process_packet"),
// or a kretprobe, as an event of perf's to which a program can be attached. It ends with the last
// reference to it.
Result<UniqueFd> open_kprobe(const std::string& symbol, KprobeEnd end);

}  // namespace tracker
