// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "cli/output.h"
#include "probes/kernel_btf.h"

namespace tracker {

// Prints what this kernel permits, as text or as an object a line. The value is whether anything
// can be collected here.
bool print_facts(const Result<KernelBtf>& btf, OutputFormat format);

}  // namespace tracker
