// SPDX-License-Identifier: GPL-2.0-or-later
//
// Whether this kernel takes our programs: only trying tells.
#pragma once

#include <string>

#include "base/result.h"
#include "probes/kernel_btf.h"

namespace tracker {

// Loads the program for skb:kfree_skb, attaches it without letting it begin, and detaches it. The
// value is the rung taken, as "tp_btf". An error says why no probe can be had here.
Result<std::string> try_programs(const KernelBtf& btf);

// Why the kernel refuses every program that reads its memory; empty where it is not for lockdown
// (/sys/kernel/security/lockdown; LOCKDOWN_BPF_READ_KERNEL, 5.4).
std::string lockdown_text();

}  // namespace tracker
