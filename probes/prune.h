// SPDX-License-Identifier: GPL-2.0-or-later
//
// What a copy of the program can never reach once its constants are patched in, left out before it
// is loaded. The kernel's verifier leaves the same out, but moves the rest of the program for each
// piece (verifier_remove_insns()): a quarter of the time that loading takes.
#pragma once

#include <vector>

#include "probes/program_code.h"

namespace tracker {

// Removes instructions that no path from the beginning (or from a function that one calls) reaches,
// where registers that hold known numbers decide branches; decided branches become jumps or go.
// What the program does stays the same. A program that is not well formed (a jump out of it, or
// into the second half of a wide load) is left as it is, for the kernel to refuse; one with an
// instruction that is not known here, for a newer kernel to judge.
void prune_unreachable(std::vector<bpf_insn>& instructions);

// The same, with what the kernel is told of the program's functions: of those that nothing reaches
// it is told no more.
void prune_unreachable(ProgramCode& code);

}  // namespace tracker
