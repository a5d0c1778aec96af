// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/unique_fd.h"

namespace tracker {

// What `fd` is, where it is a terminal or a pipe, through a descriptor of its own that never
// blocks; nothing where it is something else or cannot be opened again. A terminal or pipe that is
// ready for some bytes can still block a write of more; O_NONBLOCK on `fd` itself would be seen by
// whoever shares it.
UniqueFd open_unblocked(int fd);

}  // namespace tracker
