// SPDX-License-Identifier: GPL-2.0-or-later
//
// Functions of the running kernel and its modules that take a packet: by BTF, which knows
// arguments, and by tracefs, which knows what can be traced.
#pragma once

#include <string>

#include "base/result.h"
#include "probes/kernel_btf.h"
#include "probes/probe_kind.h"

namespace tracker {

// See probe_kind.h.
Result<void> check_function(const std::string& target);
Result<FoundPoints> find_functions(const std::string& target, const KernelBtf& btf);

}  // namespace tracker
