// SPDX-License-Identifier: GPL-2.0-or-later
//
// Texts against patterns. By POSIX's regcomp(): g++ 12 warns inside std::regex under sanitizers.
#pragma once

#include <string>

namespace tracker::kernel_test {

// The first part of `text` that the extended regular expression matches; empty where none does.
std::string find_match(const std::string& text, const std::string& pattern);

}  // namespace tracker::kernel_test
