// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <vector>

#include "probes/program_ways.h"
#include "probes/record.h"

namespace tracker {
namespace {

TEST(ProgramWays, AGuardNeedsBothFunctions) {
  std::vector<uint32_t> functions(CALL_COUNT);
  EXPECT_FALSE(find_guard(functions));
  functions[CALL_bpf_preempt_disable] = 11;
  EXPECT_FALSE(find_guard(functions));
  functions[CALL_bpf_preempt_enable] = 12;
  const auto guard = find_guard(functions);
  ASSERT_TRUE(guard);
  EXPECT_EQ(guard->disable, 11U);
  EXPECT_EQ(guard->enable, 12U);
}

TEST(ProgramWays, LoadsAreThereWhereTheKernelHasTheFunctionAndEveryStruct) {
  auto btf = KernelBtf::load();
  if (!btf) GTEST_SKIP() << btf.error().message;
  std::vector<uint32_t> functions = kernel_functions(*btf);
  ASSERT_EQ(functions.size(), CALL_COUNT);
  functions[CALL_bpf_rdonly_cast] = 4711;
  auto loads = find_loads(*btf, functions);
  ASSERT_TRUE(loads) << loads.error().message;
  ASSERT_TRUE(loads->has_value());
  EXPECT_EQ((*loads)->cast, 4711U);
  EXPECT_EQ((*loads)->struct_ids.size(), static_cast<size_t>(KNOB_COUNT - KNOB_TYPE_sk_buff));
  functions[CALL_bpf_rdonly_cast] = 0;
  loads = find_loads(*btf, functions);
  ASSERT_TRUE(loads);
  EXPECT_FALSE(loads->has_value());
}

}  // namespace
}  // namespace tracker
