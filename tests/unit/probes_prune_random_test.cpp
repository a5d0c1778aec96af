// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "bpf_instructions.h"
#include "bpf_interpreter.h"
#include "bpf_random_program.h"
#include "probes/prune.h"

namespace tracker {
namespace {

constexpr uint64_t kPrograms = 4000;
constexpr uint64_t kInputs = 4;

// What many programs have come to: a test of programs that do nothing would show nothing.
struct Tally {
  size_t instructions = 0;
  size_t removed = 0;
  std::array<size_t, Outcome::kUnknown + 1> ends{};
};

// False, with a failure that names the seed, where the two differ.
bool check_one(uint64_t seed, Tally& tally) {
  const Program original = RandomProgram(seed).make();
  Program pruned = original;
  prune_unreachable(pruned);
  tally.instructions += original.size();
  tally.removed += original.size() - pruned.size();
  for (uint64_t input = 0; input < kInputs; ++input) {
    const Outcome before = Interpreter(original, input).run();
    const Outcome after = Interpreter(pruned, input).run();
    ++tally.ends[before.end];
    EXPECT_TRUE(before == after) << "seed " << seed << ", input " << input << ": ends "
                                 << before.end << " and " << after.end;
    if (before != after) return false;
  }
  Program again = pruned;
  prune_unreachable(again);
  EXPECT_TRUE(are_same(again, pruned)) << "seed " << seed << ": more can be left out";
  return are_same(again, pruned);
}

TEST(PruneRandom, LeavesWhatProgramsDoAsItIs) {
  Tally tally;
  for (uint64_t seed = 1; seed <= kPrograms; ++seed) {
    if (!check_one(seed, tally)) break;
  }
  EXPECT_GT(tally.removed * 4, tally.instructions) << "too little is decided";
  EXPECT_GT(tally.ends[Outcome::kExit], kPrograms * kInputs / 2);
  EXPECT_GT(tally.ends[Outcome::kTooLong], 100U) << "too few loops";
  for (const Outcome::End end : {Outcome::kOutside, Outcome::kBadAccess, Outcome::kUnknown})
    EXPECT_EQ(tally.ends[end], 0U) << "a program that the interpreter cannot run: " << end;
}

}  // namespace
}  // namespace tracker
