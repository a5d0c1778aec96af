// SPDX-License-Identifier: GPL-2.0-or-later
//
// Capabilities: which ones attaching needs, and dropping them afterwards.
#pragma once

#include "base/result.h"

namespace tracker {

// Fails with a sentence that names the missing capabilities: CAP_BPF (maps and programs) and
// CAP_PERFMON (programs that read kernel memory); CAP_SYS_ADMIN stands for both.
Result<void> check_privileges();

// Gives up, for good, every capability that a running collection has no use for. Kept:
// CAP_DAC_OVERRIDE while `recording` (SQLite makes and removes files beside the recording, in a
// folder that may be another user's) and CAP_SYS_PTRACE (whose namespace an event names is looked
// up in /proc when it is first seen). Nothing to do without capabilities.
Result<void> drop_privileges(bool recording);

}  // namespace tracker
