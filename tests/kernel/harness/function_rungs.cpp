// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/function_rungs.h"

#include "harness/collection.h"

namespace tracker::kernel_test {

const std::string& why_no_functions(const NetworkNamespace& netns) {
  static const std::string said = [&] {
    const ProcessResult tried =
        run_tracker({"collect", "--probe", "fn:ip_rcv", "--no-record", "--quiet", "--netns",
                     std::to_string(netns.inum()), "--duration", "0.01"});
    return tried.status == 0 ? std::string() : tried.err;
  }();
  return said;
}

}  // namespace tracker::kernel_test
