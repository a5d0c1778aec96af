// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

#include "base/result.h"
#include "cli/output.h"
#include "probes/kernel_btf.h"

namespace tracker {

// Prints the tracepoints and functions with an skb whose target or name matches the pattern, each
// with the rung that a collection would take, as text or as an object a line; what is left out is
// counted on stderr. An error where there is nothing to print.
Result<void> list_probes(const KernelBtf& btf, const std::string& pattern, OutputFormat format);

}  // namespace tracker
