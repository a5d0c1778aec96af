// SPDX-License-Identifier: GPL-2.0-or-later
//
// The process behind the way "bare": loads bare.bpf.c and counts its records.
#pragma once

#include <cstdint>

#include "base/result.h"

namespace tracker::bench {

// bench_drop_flood runs itself with this option and an inum.
inline constexpr char kBareTracerOption[] = "--trace-bare";
inline constexpr char kBareTracerReady[] = "attached";

// Traces drops in that namespace until SIGINT. Says kBareTracerReady on stdout once attached, and
// at the end {"recorded": N, "lost": N}.
Result<void> trace_bare(uint32_t netns_inum);

}  // namespace tracker::bench
