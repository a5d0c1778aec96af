// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/not_attached.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tracker {
namespace {

TEST(NotAttached, NamesEachWhereAFewShareAReason) {
  const auto rows = not_attached({{"fn:a", true, "fentry", "", 0},
                                  {"fn:b", false, "", "refused", -1},
                                  {"fn:c", false, "", "re\x1b[2Jfused", -1}});
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].probes, "fn:b");
  EXPECT_TRUE(rows[0].is_one);
  EXPECT_EQ(rows[1].problem.find('\x1b'), std::string::npos);
}

TEST(NotAttached, GivesManyOfOneReasonARow) {
  std::vector<ProbeAttachment> attachments{{"fn:other", false, "", "another", -1}};
  for (int i = 0; i < 300; ++i)
    attachments.push_back({"fn:f" + std::to_string(i), false, "", "refused", -1});
  const auto rows = not_attached(attachments);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].probes, "fn:other");
  EXPECT_EQ(rows[1].probes, "300 probes (fn:f0, fn:f1, fn:f2, ...)");
  EXPECT_EQ(rows[1].problem, "refused");
  EXPECT_FALSE(rows[1].is_one);
}

}  // namespace
}  // namespace tracker
