// SPDX-License-Identifier: GPL-2.0-or-later
//
// The words for a device that is known apart from an event. Safe to print; empty where nothing is
// known.
#pragma once

#include <string>

#include "event/event.h"
#include "event/names.h"

namespace tracker {

// "eth0", "if5".
std::string device_words(const DevSection& dev, const Names& names);

}  // namespace tracker
