// SPDX-License-Identifier: GPL-2.0-or-later
//
// Capabilities: which ones attaching needs, and dropping them afterwards.
#pragma once

#include <functional>

#include "base/result.h"

namespace tracker {

// Fails with a sentence that names the missing capabilities: CAP_BPF (maps and programs) and
// CAP_PERFMON (programs that read kernel memory); CAP_SYS_ADMIN stands for both.
Result<void> check_privileges();

// Gives up, for good, every capability that a running collection has no use for. Kept:
// CAP_DAC_OVERRIDE while `recording` (SQLite makes and removes files beside the recording, in a
// folder that may be another user's), CAP_KILL where it `runs_command` (which may change its user
// and must still be ended), and CAP_SYS_PTRACE (whose namespace an event names is looked up in
// /proc when it is first seen). Nothing to do without capabilities.
//
// With kernel.unprivileged_bpf_disabled, kernels before 5.19 (c8644cd0efe7) refuse every bpf() call
// of a process without CAP_BPF, also reads of a map that it has open: `can_read_maps` tries one,
// and where it says no, CAP_BPF (else CAP_SYS_ADMIN, which stands for it) is kept too.
Result<void> drop_privileges(bool recording, bool runs_command,
                             const std::function<bool()>& can_read_maps);

}  // namespace tracker
