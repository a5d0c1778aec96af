// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/open_files.h"

#include <sys/resource.h>

namespace tracker {

void raise_open_files() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  // where it is refused, what runs out of descriptors says so
  static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));
}

}  // namespace tracker
