// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>

#include "bpf_instructions.h"
#include "bpf_interpreter.h"
#include "bpf_random_program.h"
#include "probes/prune.h"

namespace tracker {
namespace {

constexpr uint64_t kPrograms = 6000;
constexpr uint64_t kInputs = 4;

// What many programs have come to: a test of programs that do nothing would show nothing.
struct Tally {
  size_t instructions = 0;
  size_t removed = 0;
  std::array<size_t, Outcome::kUnknown + 1> ends{};
};

// Whether both come to the same with each input; where not, a failure names the seed.
bool do_the_same(const Program& original, const Program& pruned, uint64_t seed, Tally& tally) {
  for (uint64_t input = 0; input < kInputs; ++input) {
    const Outcome before = Interpreter(original, input).run();
    const Outcome after = Interpreter(pruned, input).run();
    ++tally.ends[before.end];
    EXPECT_TRUE(before == after) << "seed " << seed << ", input " << input << ": ends "
                                 << before.end << " and " << after.end;
    if (before != after) return false;
  }
  return true;
}

bool check_one(uint64_t seed, Tally& tally) {
  const Program original = RandomProgram(seed).make();
  Program pruned = original;
  prune_unreachable(pruned);
  tally.instructions += original.size();
  tally.removed += original.size() - pruned.size();
  if (!do_the_same(original, pruned, seed, tally)) return false;
  Program again = pruned;
  prune_unreachable(again);
  EXPECT_TRUE(are_same(again, pruned)) << "seed " << seed << ": more can be left out";
  return are_same(again, pruned);
}

// One field of one instruction becomes another number.
void damage(Program& program, uint64_t seed) {
  std::mt19937_64 random(seed);
  bpf_insn& insn = program[random() % program.size()];
  switch (random() % 4) {
    case 0:
      insn.code = static_cast<uint8_t>(random());
      break;
    case 1:
      insn.off = static_cast<int16_t>(static_cast<int>(random() % 64) - 32);
      break;
    case 2:
      insn.imm = static_cast<int32_t>(random() % 64) - 32;
      break;
    default:
      insn.dst_reg = random() & 0xf;
      insn.src_reg = random() & 0xf;
      break;
  }
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

// What is pruned nevertheless is well formed, so that the interpreter can run it.
TEST(PruneRandom, LeavesDamagedProgramsOrWhatTheyDo) {
  Tally tally;
  size_t left = 0;
  for (uint64_t seed = 1; seed <= kPrograms; ++seed) {
    Program damaged = RandomProgram(seed).make();
    damage(damaged, seed);
    Program pruned = damaged;
    prune_unreachable(pruned);
    if (are_same(pruned, damaged))
      ++left;
    else if (!do_the_same(damaged, pruned, seed, tally))
      break;
  }
  EXPECT_GT(left, kPrograms / 5);
  EXPECT_LT(left, kPrograms / 2);
}

}  // namespace
}  // namespace tracker
