// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/system_error.h"

#include <cerrno>
#include <system_error>

namespace tracker {

std::string errno_text(int error_number) { return std::generic_category().message(error_number); }

Error system_error(const std::string& tried, int error_number, const std::string& advice) {
  std::string message = "cannot " + tried + ": " + errno_text(error_number);
  if (!advice.empty())
    message += "; " + advice;
  else if (error_number == EMFILE)
    message += "; allow this process more open files (ulimit -n, LimitNOFILE=)";
  return Error{std::move(message)};
}

}  // namespace tracker
