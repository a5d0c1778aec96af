// SPDX-License-Identifier: GPL-2.0-or-later
//
// What the kernel's drop reasons mean, in a few words.
#pragma once

#include <string_view>

namespace tracker {

// "the device is not up" for "DEV_READY" (core reasons, names without SKB_DROP_REASON_).
// `function` is where it was dropped, for reasons that mean something else there. Empty where there
// is nothing to say that the name does not.
std::string_view reason_explanation(std::string_view reason, std::string_view function = {});

}  // namespace tracker
