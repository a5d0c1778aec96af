// SPDX-License-Identifier: GPL-2.0-or-later
//
// The words for reasons, as data, against the lists of the kernels that are tested.
#include "postprocess/reason_words.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <string>

#include "postprocess/reason_text.h"

namespace tracker::testing {
namespace {

std::set<std::string> reasons_of(const std::string& kernel) {
  std::ifstream file(std::string(TRACKER_REASON_LISTS) + "/" + kernel + ".txt");
  std::set<std::string> reasons;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("#")) continue;
    reasons.insert(line.substr(line.find(' ') + 1));
  }
  return reasons;
}

class KernelReasons : public ::testing::TestWithParam<const char*> {};

TEST_P(KernelReasons, HaveWordsEach) {
  const std::set<std::string> reasons = reasons_of(GetParam());
  EXPECT_GT(reasons.size(), 60U);
  for (const std::string& reason : reasons)
    EXPECT_FALSE(reason_explanation(reason).empty()) << reason;
}

INSTANTIATE_TEST_SUITE_P(Tested, KernelReasons, ::testing::Values("6.1", "6.12", "6.18", "7.3"),
                         [](const auto& tested) {
                           std::string name = tested.param;
                           name.replace(name.find('.'), 1, "_");
                           return name;
                         });

// A word that no kernel has a reason for is a spelling mistake, or left over.
TEST(ReasonWords, AreForReasonsThatATestedKernelHas) {
  std::set<std::string> known;
  for (const char* kernel : {"6.1", "6.12", "6.18", "7.3"}) known.merge(reasons_of(kernel));
  for (const auto words : {core_reason_words(), subsystem_reason_words()}) {
    for (const ReasonWords& word : words)
      EXPECT_TRUE(known.contains(std::string(word.reason))) << word.reason;
  }
  for (const PlaceWords& word : place_reason_words())
    EXPECT_TRUE(known.contains(std::string(word.reason))) << word.function << ' ' << word.reason;
}

TEST(ReasonWords, OfAPlaceAreThereOnce) {
  std::set<std::pair<std::string_view, std::string_view>> places;
  for (const PlaceWords& words : place_reason_words()) {
    EXPECT_TRUE(places.emplace(words.function, words.reason).second)
        << words.function << ' ' << words.reason;
  }
}

// They follow a colon, and lines of them stand among others.
TEST(ReasonWords, AreOneLineWithoutAFullStop) {
  const auto check = [](std::string_view text) {
    EXPECT_FALSE(text.ends_with('.')) << text;
    EXPECT_EQ(text.find('\n'), std::string_view::npos) << text;
    EXPECT_LE(text.size(), 200U) << text;
  };
  for (const ReasonWords& words : core_reason_words()) check(words.text);
  for (const ReasonWords& words : subsystem_reason_words()) check(words.text);
  for (const PlaceWords& words : place_reason_words()) check(words.text);
}

// A subsystem's reasons have words too.
TEST(ReasonExplanation, IsThereForSubsystemsReasons) {
  EXPECT_EQ(reason_explanation("OVS_DROP_EXPLICIT"), "the flow's actions drop it");
  EXPECT_EQ(reason_explanation("QDISC_DROP_OVERLIMIT"),
            "the queueing discipline's queue is full (limit)");
  EXPECT_EQ(reason_explanation("RX_DROP_U_MIC_FAIL"), "Wi-Fi: its integrity code is wrong");
}

}  // namespace
}  // namespace tracker::testing
