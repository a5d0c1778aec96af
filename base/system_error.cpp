// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/system_error.h"

#include <cerrno>
#include <system_error>

namespace tracker {

std::string errno_text(int error_number) {
  // The kernel's own number, which libc has no text for (include/linux/errno.h).
  constexpr int kKernelNotSupported = 524;
  if (error_number == kKernelNotSupported) return "this kernel does not support it (ENOTSUPP)";
  return std::generic_category().message(error_number);
}

Error system_error(const std::string& tried, int error_number, const std::string& advice) {
  std::string message = "cannot " + tried + ": " + errno_text(error_number);
  if (!advice.empty())
    message += "; " + advice;
  else if (error_number == EMFILE)
    message += "; allow this process more open files (ulimit -n, LimitNOFILE=)";
  return Error{std::move(message)};
}

}  // namespace tracker
