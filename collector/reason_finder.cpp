// SPDX-License-Identifier: GPL-2.0-or-later
#include "collector/reason_finder.h"

#include "probes/kernel_btf.h"

namespace tracker {
namespace {

// Reading modules' BTF takes milliseconds, and a reason can be any number.
constexpr size_t kMaxLookedFor = 64;

}  // namespace

void ReasonFinder::note(const DropSection& drop, Names& names) {
  if (!drop.has_reason || drop.reason >> 16 == 0 || names.reasons.contains(drop.reason) ||
      looked_for_.size() >= kMaxLookedFor || !looked_for_.insert(drop.reason).second)
    return;
  auto btf = KernelBtf::load();
  if (btf) names.reasons.merge(btf->drop_reasons());
}

}  // namespace tracker
