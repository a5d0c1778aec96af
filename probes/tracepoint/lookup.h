// SPDX-License-Identifier: GPL-2.0-or-later
//
// Tracepoints of the running kernel: by BTF, which knows names and arguments, and tracefs, which
// knows groups.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "probes/kernel_btf.h"
#include "probes/probe_kind.h"

namespace tracker {

// See probe_kind.h.
Result<void> check_tracepoint(const std::string& target);
Result<FoundPoints> find_tracepoints(const std::string& target, const KernelBtf& btf);

// Why a group is not known, and what to do.
inline constexpr const char* kTracefsHint =
    "tracefs cannot be read: mount it (mount -t tracefs tracefs /sys/kernel/tracing)";

}  // namespace tracker
