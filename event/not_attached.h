// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "event/session.h"

namespace tracker {

// The probes that were not attached and why, as parts of a sentence each, without control
// characters. Many that share a reason have one row, which names a few of them.
struct NotAttached {
  std::string probes;  // "fn:ip_rcv", or "212 probes (fn:ip_rcv, fn:ip_rcv_core, ...)"
  std::string problem;
  bool is_one = true;
};
std::vector<NotAttached> not_attached(const std::vector<ProbeAttachment>& attachments);

}  // namespace tracker
