// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace tracker {

// "4096", "512K", "16M", "1G" (powers of 1024) as bytes; wrong usage otherwise.
Result<uint64_t> parse_size(const std::string& text);

}  // namespace tracker
