// SPDX-License-Identifier: GPL-2.0-or-later
//
// Functions of the running kernel and its modules that take a packet: by BTF, which knows
// arguments, and by tracefs, which knows what can be traced.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "probes/function/function.h"
#include "probes/kernel_btf.h"
#include "probes/probe_kind.h"

namespace tracker {

// See probe_kind.h.
Result<void> check_function(const std::string& target);
Result<FoundPoints> find_functions(const std::string& target, const KernelBtf& btf,
                                   WithoutPacket without = WithoutPacket::kRefused);

// All functions that bring a packet at this end.
struct SkbFunctions {
  std::vector<Function> found;      // that find_functions() finds by function_target()
  std::vector<Function> left_out;   // that it refuses, as it says of each
  bool is_traceable_known = false;  // else some of `found` may not be there in the machine code
};
SkbFunctions list_functions(const KernelBtf& btf, FunctionEnd end);

// "fn:ip_rcv", "fn:openvswitch/ovs_vport_receive".
std::string function_target(const Function& function);

}  // namespace tracker
