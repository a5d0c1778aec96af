// SPDX-License-Identifier: GPL-2.0-or-later
//
// The recording that the golden tests show.
#pragma once

#include <string>

#include "base/result.h"

namespace tracker::testing {

// A small recording with one journey of each kind: a UDP datagram that crosses a veth and is
// dropped, a TCP SYN dropped by a module, one that a driver took, one consumed, one that is not
// complete, one without an id, a clone, one that NAT rewrote - and names that want escaping.
Result<void> write_sample_recording(const std::string& path);

}  // namespace tracker::testing
