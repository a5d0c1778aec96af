// SPDX-License-Identifier: GPL-2.0-or-later
//
// What --netns names: one network namespace of this host.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace tracker {

struct NetnsIdentity {
  uint32_t inum = 0;
  uint64_t cookie = 0;  // 0: could not be found out (entering the namespace needs CAP_SYS_ADMIN)

  bool operator==(const NetnsIdentity&) const = default;
};

// Digits are an inum, a slash makes a path (/run/netns/x, /proc/812/ns/net), else a name as
// `ip netns` has it. Wrong usage for an empty text; a failure where there is no such namespace.
// No namespace is kept open: that would keep a deleted one alive.
Result<NetnsIdentity> find_netns(const std::string& text);

// The wrong usage that find_netns() would answer with, whatever namespaces there are.
Result<void> check_netns_form(const std::string& text);

}  // namespace tracker
