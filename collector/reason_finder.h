// SPDX-License-Identifier: GPL-2.0-or-later
//
// ReasonFinder: names of drop reasons that a module brings. A subsystem's reasons are in its
// module's BTF, and a module can be loaded while we collect.
#pragma once

#include <cstdint>
#include <set>

#include "event/event.h"
#include "event/names.h"

namespace tracker {

class ReasonFinder {
 public:
  // Looks the drop's reason up, once, if it is a subsystem's and `names` does not have it.
  void note(const DropSection& drop, Names& names);

 private:
  std::set<uint32_t> looked_for_;
};

}  // namespace tracker
