// SPDX-License-Identifier: GPL-2.0-or-later
//
// Waiting for something that will be seen, with a time-out: never for a time.
#pragma once

#include <chrono>
#include <functional>
#include <string_view>

namespace tracker::kernel_test {

// Long enough for an emulated guest on a busy machine; a test that waits so long has failed.
inline constexpr std::chrono::seconds kPatience{90};

// Whether `holds` became true in time. It is asked every few milliseconds.
bool wait_for(const std::function<bool()>& holds, std::chrono::milliseconds timeout = kPatience);

// The same; ends the test with "waited in vain for WHAT" where it did not.
void require_soon(const std::function<bool()>& holds, std::string_view what,
                  std::chrono::milliseconds timeout = kPatience);

}  // namespace tracker::kernel_test
