// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/prune.h"

#include <gtest/gtest.h>
#include <linux/bpf.h>

#include <cstdint>
#include <vector>

#include "bpf_instructions.h"

namespace tracker {
namespace {

// r6 = `flags` as a constant of 64 bits; if (r6 & 8) r0 = 1 else r0 = 2.
Program tested_flag(uint64_t flags) {
  Program program;
  add_wide(program, 6, 0, flags);
  program.push_back(insn(BPF_ALU64 | BPF_AND | BPF_K, 6, 0, 0, 8));
  program.push_back(branch(BPF_JEQ, 6, 0, 2));
  program.push_back(move(0, 1));
  program.push_back(leave());
  program.push_back(move(0, 2));
  program.push_back(leave());
  return program;
}

TEST(Prune, KeepsOnlyTheSideThatAConstantDecidesFor) {
  Program set = tested_flag(0x1'0000'0008);
  prune_unreachable(set);
  EXPECT_EQ(results(set), std::vector<int32_t>{1});
  EXPECT_EQ(set.size(), 5U) << "the branch that is never taken is gone";

  Program clear = tested_flag(0x8'0000'0007);
  prune_unreachable(clear);
  EXPECT_EQ(results(clear), std::vector<int32_t>{2});
  EXPECT_EQ(clear.size(), 5U) << "so is a jump over nothing but what is left out";
}

TEST(Prune, KeepsBothSidesOfWhatIsReadFromMemory) {
  Program program{load(2), branch(BPF_JEQ, 2, 0, 2), move(0, 1), leave(), move(0, 2), leave()};
  const size_t before = program.size();
  prune_unreachable(program);
  EXPECT_EQ(program.size(), before);
  EXPECT_EQ(results(program), (std::vector<int32_t>{1, 2}));
}

// r3 = 5 on one path and `other` on the other; if (r3 == 5) r0 = 2 else r0 = 1.
Program two_paths(int32_t other) {
  return {load(2),        branch(BPF_JEQ, 2, 0, 2),
          move(3, 5),     jump(1),
          move(3, other), branch(BPF_JEQ, 3, 5, 2),
          move(0, 1),     leave(),
          move(0, 2),     leave()};
}

TEST(Prune, ForgetsANumberThatDiffersBetweenTwoPaths) {
  Program program = two_paths(6);
  prune_unreachable(program);
  EXPECT_EQ(results(program), (std::vector<int32_t>{1, 2}));
}

TEST(Prune, KnowsANumberThatIsTheSameOnTwoPaths) {
  Program program = two_paths(5);
  prune_unreachable(program);
  EXPECT_EQ(results(program), std::vector<int32_t>{2});
}

TEST(Prune, ForgetsWhatACallMayChange) {
  Program program{move(3, 5),
                  move(6, 5),
                  call_helper(),
                  branch(BPF_JEQ, 3, 5, 2),  // not known any more
                  move(0, 1),
                  leave(),
                  branch(BPF_JEQ, 6, 5, 2),  // known still
                  move(0, 2),
                  leave(),
                  move(0, 3),
                  leave()};
  prune_unreachable(program);
  EXPECT_EQ(results(program), (std::vector<int32_t>{1, 3}));
}

TEST(Prune, KeepsJumpsWhereWhatLiesBetweenIsGone) {
  // The first branch jumps over what the constant leaves out.
  Program program{load(2),    branch(BPF_JEQ, 2, 0, 5),
                  move(3, 0), branch(BPF_JNE, 3, 0, 1),
                  move(0, 1), leave(),
                  move(0, 2), move(4, 4),
                  leave()};
  program[3].off = 2;  // to what nothing else reaches: never taken
  prune_unreachable(program);
  EXPECT_EQ(results(program), std::vector<int32_t>{1});
  ASSERT_EQ(program.size(), 7U);
  EXPECT_EQ(program[1].off, 3);
  EXPECT_EQ(program[1 + 1 + 3].dst_reg, 4) << "the same instruction as before";
}

TEST(Prune, KeepsFunctionsThatAreCalledAndTheWayToThem) {
  Program program{load(2), move(3, 0), branch(BPF_JEQ, 3, 0, 1), call_own(5), call_own(2), leave(),
                  // never called: what calls it is never reached
                  move(0, 9), move(0, 1), leave(), move(0, 7), leave()};
  prune_unreachable(program);
  EXPECT_EQ(results(program), std::vector<int32_t>{1});
  for (size_t at = 0; at < program.size(); ++at) {
    if (program[at].code != (BPF_JMP | BPF_CALL)) continue;
    const size_t begin = at + 1 + static_cast<size_t>(program[at].imm);
    ASSERT_LT(begin, program.size());
    EXPECT_EQ(program[begin].imm, 1);
  }
}

TEST(Prune, LeavesAProgramThatJumpsOutOfItself) {
  Program program{move(3, 0), branch(BPF_JEQ, 3, 0, 100), move(0, 1), leave()};
  prune_unreachable(program);
  EXPECT_EQ(program.size(), 4U);
  Program backwards{move(3, 0), branch(BPF_JEQ, 3, 0, -100), move(0, 1), leave()};
  prune_unreachable(backwards);
  EXPECT_EQ(backwards.size(), 4U);
  Program endless{move(3, 0)};
  prune_unreachable(endless);
  EXPECT_EQ(endless.size(), 1U);
  Program empty;
  prune_unreachable(empty);
  EXPECT_TRUE(empty.empty());
}

TEST(Prune, ComparesThirtyTwoBitsWhereTheBranchDoes) {
  Program program;
  add_wide(program, 6, 0, 0x5'0000'0000);
  program.push_back(insn(BPF_JMP32 | BPF_JEQ | BPF_K, 6, 0, 2, 0));
  program.push_back(move(0, 1));
  program.push_back(leave());
  program.push_back(move(0, 2));
  program.push_back(leave());
  prune_unreachable(program);
  EXPECT_EQ(results(program), std::vector<int32_t>{2});
}

}  // namespace
}  // namespace tracker
