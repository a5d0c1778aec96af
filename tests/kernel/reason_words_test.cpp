// SPDX-License-Identifier: GPL-2.0-or-later
//
// Every reason that this kernel's core can give has words; a kernel with a new one fails here.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "postprocess/reason_text.h"
#include "probes/kernel_btf.h"

namespace tracker::kernel_test {
namespace {

// Values that are no reasons to drop, or that mark the end of the list.
const std::set<std::string> kNoReasons{
    "NOT_DROPPED_YET", "SKB_NOT_DROPPED_YET", "CONSUMED", "SKB_CONSUMED", "MAX", "SUBSYS_MASK"};

TEST(ReasonWords, AreThereForEveryReasonOfThisKernelsCore) {
  const auto btf = KernelBtf::load();
  ASSERT_TRUE(btf.has_value()) << btf.error().message;
  size_t reasons = 0;
  for (const auto& [code, reason] : btf->drop_reasons()) {
    if (reason.subsystem != "core" || kNoReasons.contains(reason.name)) continue;
    ++reasons;
    EXPECT_FALSE(reason_explanation(reason.name).empty()) << reason.name;
  }
  EXPECT_GT(reasons, 50U);
}

}  // namespace
}  // namespace tracker::kernel_test
