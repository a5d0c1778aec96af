// SPDX-License-Identifier: GPL-2.0-or-later
//
// Sentences for failed system calls.
#pragma once

#include <string>

#include "base/result.h"

namespace tracker {

// "cannot open /x/y: No such file or directory", for an errno taken right after the call.
// `tried` says what was tried and on what; `advice`, where given, follows after "; ".
Error system_error(const std::string& tried, int error_number, const std::string& advice = {});

// strerror without its shared buffer.
std::string errno_text(int error_number);

}  // namespace tracker
