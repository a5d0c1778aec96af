// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/size_argument.h"

#include <gtest/gtest.h>

namespace tracker {
namespace {

TEST(SizeArgument, IsANumberWithOrWithoutAUnit) {
  EXPECT_EQ(*parse_size("4096"), 4096u);
  EXPECT_EQ(*parse_size("64K"), 64u << 10);
  EXPECT_EQ(*parse_size("2M"), 2u << 20);
  EXPECT_EQ(*parse_size("1G"), 1u << 30);
}

TEST(SizeArgument, AnythingElseIsWrongUsage) {
  for (const char* text : {"", "K", "-1", "1.5M", "1T", "1 M", "0x10", "64KB",
                           "18446744073709551615G", "99999999999999999999"}) {
    auto size = parse_size(text);
    ASSERT_FALSE(size) << text;
    EXPECT_EQ(size.error().kind, ErrorKind::kWrongUsage) << text;
    EXPECT_EQ(size.error().message.find("'" + std::string(text) + "' is not a size"), 0u);
  }
}

}  // namespace
}  // namespace tracker
