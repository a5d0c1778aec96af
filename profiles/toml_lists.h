// SPDX-License-Identifier: GPL-2.0-or-later
//
// What CLI11's reader (2.1.2) lacks of TOML: it ends a value with its line.
#pragma once

#include <string>

#include "base/result.h"

namespace tracker {

// `text` with every list that spans lines put on the line where it begins, without the comments
// within it and without a comma after its last value. All else stays as it is. Fails, with the
// line, for a list that is not closed.
Result<std::string> join_lists(const std::string& text);

}  // namespace tracker
