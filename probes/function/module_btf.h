// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

namespace tracker {

// The kernel's object of a module's type information, which the loading of a program names it by.
// Needs CAP_SYS_ADMIN (bpf(2), BPF_BTF_GET_FD_BY_ID).
Result<UniqueFd> open_module_btf(const std::string& module);

}  // namespace tracker
