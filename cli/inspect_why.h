// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

#include "base/result.h"
#include "cli/output.h"
#include "probes/kernel_btf.h"

namespace tracker {

// Prints what would become of the target of a `collect --probe`, as text or as one object. The
// value is 0 where a collection would watch it, else the status with which the collection would
// end.
Result<int> explain_target(const KernelBtf& btf, const std::string& target, OutputFormat format);

}  // namespace tracker
