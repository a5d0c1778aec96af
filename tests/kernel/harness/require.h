// SPDX-License-Identifier: GPL-2.0-or-later
//
// What a scenario needs and does not get ends the test: the harness throws, GoogleTest reports the
// sentence as the test's failure. Claims about tracker are EXPECT_ and ASSERT_, never these.
#pragma once

#include <fmt/format.h>

#include <cerrno>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace tracker::kernel_test {

inline void require(bool holds, std::string_view what) {
  if (!holds) throw std::runtime_error(std::string(what));
}

// For calls that return a negative number and set errno; gives the result back.
template <typename Number>
Number require_call(Number result, std::string_view what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), std::string(what));
  return result;
}

}  // namespace tracker::kernel_test
