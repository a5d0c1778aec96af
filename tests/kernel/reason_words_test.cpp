// SPDX-License-Identifier: GPL-2.0-or-later
//
// Every reason that this kernel can give has words, its subsystems' too as far as their modules are
// loaded; a kernel with a new one fails here.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "postprocess/reason_text.h"
#include "probes/kernel_btf.h"

namespace tracker::kernel_test {
namespace {

// Values that are no reasons to drop: nothing was dropped, marks of the end of a list, and those
// where a subsystem's list begins.
bool is_no_reason(uint32_t code, const std::string& name) {
  return name.ends_with("NOT_DROPPED_YET") || name.ends_with("CONSUMED") || name.ends_with("MAX") ||
         name.ends_with("UNSPEC") || ((code & 0xffff) == 0 && name.ends_with("_REASON"));
}

TEST(ReasonWords, AreThereForEveryReasonOfThisKernel) {
  const auto btf = KernelBtf::load();
  ASSERT_TRUE(btf.has_value()) << btf.error().message;
  size_t reasons = 0;
  for (const auto& [code, reason] : btf->drop_reasons()) {
    if (is_no_reason(code, reason.name)) continue;
    ++reasons;
    EXPECT_FALSE(reason_explanation(reason.name).empty()) << reason.subsystem << ' ' << reason.name;
  }
  EXPECT_GT(reasons, 50U);
}

}  // namespace
}  // namespace tracker::kernel_test
