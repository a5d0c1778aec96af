// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/text_match.h"

#include <regex.h>

#include "harness/require.h"

namespace tracker::kernel_test {

std::string find_match(const std::string& text, const std::string& pattern) {
  regex_t compiled{};
  require(regcomp(&compiled, pattern.c_str(), REG_EXTENDED) == 0, "a pattern: " + pattern);
  regmatch_t found{};
  const bool matches = regexec(&compiled, text.c_str(), 1, &found, 0) == 0;
  regfree(&compiled);
  if (!matches) return {};
  return text.substr(static_cast<size_t>(found.rm_so),
                     static_cast<size_t>(found.rm_eo - found.rm_so));
}

}  // namespace tracker::kernel_test
