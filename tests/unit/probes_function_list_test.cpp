// SPDX-License-Identifier: GPL-2.0-or-later
//
// The list of functions against what a look-up of each says, on the running kernel.
#include <gtest/gtest.h>

#include "probes/function/lookup.h"
#include "probes/function/names.h"

namespace tracker {
namespace {

// A look-up walks over all that BTF describes.
constexpr size_t kEach = 40;

TEST(SkbFunctionList, AgreesWithTheLookUpOfEach) {
  const auto btf = KernelBtf::load();
  ASSERT_TRUE(btf) << btf.error().message;
  const SkbFunctions list = list_functions(*btf, FunctionEnd::kBeginning);
  EXPECT_EQ(list.found.size() + list.left_out.size(),
            skb_functions(*btf, FunctionEnd::kBeginning).size());
  ASSERT_FALSE(list.found.empty());
  for (size_t i = 0; i < list.found.size(); i += kEach) {
    const std::string target = function_target(list.found[i]);
    const auto found = find_functions(target, *btf);
    EXPECT_TRUE(found) << found.error().message;
  }
  for (size_t i = 0; i < list.left_out.size(); i += kEach / 4)
    EXPECT_FALSE(find_functions(function_target(list.left_out[i]), *btf))
        << function_target(list.left_out[i]);
}

TEST(FunctionNames, CountWhatATargetMeans) {
  const auto btf = KernelBtf::load();
  ASSERT_TRUE(btf) << btf.error().message;
  const FunctionNames names(*btf);
  EXPECT_EQ(names.count("no_such_function", ""), 0U);
  EXPECT_EQ(names.count("ip_rcv", ""), functions_called(*btf, "ip_rcv").size());
  EXPECT_EQ(names.count("ip_rcv", "no_such_module"), 0U);
}

}  // namespace
}  // namespace tracker
