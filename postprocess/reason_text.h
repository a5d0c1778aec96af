// SPDX-License-Identifier: GPL-2.0-or-later
//
// What the kernel's drop reasons mean, in a few words (reason_words.h).
#pragma once

#include <string_view>

namespace tracker {

// "the device cannot take it: ..." for "DEV_READY", "the flow's actions drop it" for
// "OVS_DROP_EXPLICIT": names as Names::reason_text() gives them. `function` is where it was
// dropped, for reasons that mean something else there. Empty for a reason without words.
std::string_view reason_explanation(std::string_view reason, std::string_view function = {});

}  // namespace tracker
