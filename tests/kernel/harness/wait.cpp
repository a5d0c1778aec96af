// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/wait.h"

#include <thread>

#include "harness/require.h"

namespace tracker::kernel_test {

bool wait_for(const std::function<bool()>& holds, std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (!holds()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

void require_soon(const std::function<bool()>& holds, std::string_view what,
                  std::chrono::milliseconds timeout) {
  require(wait_for(holds, timeout), fmt::format("waited in vain for {}", what));
}

}  // namespace tracker::kernel_test
