// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <vector>

#include "base/result.h"
#include "probes/function/function.h"
#include "probes/program.h"
#include "probes/rung.h"

namespace tracker {

// Loads a program that was made for this rung - kFentry, kFexit, kKprobe or kKretprobe - and
// attaches it to the function. An error has the kernel's words.
Result<AttachedProgram> attach_to_function(const Function& function, Rung rung,
                                           const ProgramCode& program);

}  // namespace tracker
