// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/fit_columns.h"

#include <gtest/gtest.h>

namespace tracker {
namespace {

TEST(FitColumns, LeavesWhatFits) {
  EXPECT_EQ(fit_columns("twenty columns wide.\n", 20), "twenty columns wide.\n");
  EXPECT_EQ(fit_columns("a\n\n  b", 40), "a\n\n  b");
  EXPECT_EQ(fit_columns("", 40), "");
}

TEST(FitColumns, BreaksBetweenWordsAndGoesOnDeeper) {
  EXPECT_EQ(
      fit_columns("17:03:21 [1]  tp:skb:kfree_skb  #5f01\n  lo  10.0.0.1:5 > 10.0.0.2:9  UDP\n",
                  30),
      "17:03:21 [1]  tp:skb:kfree_skb\n    #5f01\n  lo  10.0.0.1:5 > 10.0.0.2:9\n      UDP\n");
}

TEST(FitColumns, CutsAWordThatIsLongerThanALine) {
  EXPECT_EQ(fit_columns("at abcdefghijklmnopqrstuvwxyz0123456789", 24),
            "at\n    abcdefghijklmnopqrst\n    uvwxyz0123456789");
  EXPECT_EQ(fit_columns("abcdefghijklmnopqrstuvwxyz", 20), "abcdefghijklmnopqrst\n    uvwxyz");
}

TEST(FitColumns, CountsNoColumnsForColours) {
  const std::string line = "\033[31mDROP\033[0m NO_SOCKET now";
  EXPECT_EQ(fit_columns(line, 20), "\033[31mDROP\033[0m NO_SOCKET now");
  EXPECT_EQ(fit_columns(line + " and", 20), line + "\n    and");
}

TEST(FitColumns, CountsACharacterOfUtf8Once) {
  EXPECT_EQ(fit_columns("ääääääääää öööööööööö", 21), "ääääääääää öööööööööö");
  EXPECT_EQ(fit_columns("ääääääääää öööööööööö", 20), "ääääääääää\n    öööööööööö");
}

TEST(FitColumns, LeavesLinesThatBeginBeyondTheMiddle) {
  const std::string deep = std::string(35, ' ') + "word word word";
  EXPECT_EQ(fit_columns(deep, 40), deep);
}

TEST(FitColumns, ZeroAndVeryNarrowLeaveTheTextAlone) {
  const std::string line(100, 'x');
  EXPECT_EQ(fit_columns(line, 0), line);
  EXPECT_EQ(fit_columns(line, 5), line);
}

}  // namespace
}  // namespace tracker
