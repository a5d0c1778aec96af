// SPDX-License-Identifier: GPL-2.0-or-later
//
// Selected events of a recording, one after the other.
#pragma once

#include <functional>
#include <vector>

#include "postprocess/block_source.h"
#include "postprocess/selection.h"
#include "postprocess/time_order.h"

namespace tracker {

// In time order. `visit` says whether it wants more. Damaged blocks are left out and returned.
Result<std::vector<DamagedBlock>> visit_in_time_order(
    const BlockSource& source, const Selection& selection,
    const std::function<Result<bool>(const Event&)>& visit);

// In the order of the file, which is quicker: for what is only counted.
std::vector<DamagedBlock> visit_in_file_order(const BlockSource& source, const Selection& selection,
                                              const std::function<void(const Event&)>& visit);

}  // namespace tracker
