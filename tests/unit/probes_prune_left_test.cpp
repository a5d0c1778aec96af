// SPDX-License-Identifier: GPL-2.0-or-later
//
// Programs that are not touched, as they are not well formed.
#include <gtest/gtest.h>
#include <linux/bpf.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include "bpf_instructions.h"
#include "probes/prune.h"

namespace tracker {
namespace {

constexpr unsigned kWide = BPF_LD | BPF_IMM | BPF_DW;

bool is_left(const Program& program) {
  Program pruned = program;
  prune_unreachable(pruned);
  return are_same(pruned, program);
}

// A program with something to leave out, and `inserted` where it is reached.
Program reaching(std::initializer_list<bpf_insn> inserted) {
  Program program{move(6, 0), branch(BPF_JEQ, 6, 0, 1), move(0, 9)};
  program.insert(program.end(), inserted);
  program.push_back(move(0, 1));
  program.push_back(leave());
  return program;
}

// The same, and `inserted` in what is left out.
Program jumping_over(std::initializer_list<bpf_insn> inserted) {
  Program program{move(6, 0), branch(BPF_JEQ, 6, 0, static_cast<int16_t>(inserted.size()))};
  program.insert(program.end(), inserted);
  program.push_back(move(0, 1));
  program.push_back(leave());
  return program;
}

// `jumps` and what is between it and a wide load; the load's second half is at index 5.
Program with_wide(const bpf_insn& jumps, unsigned at) {
  Program program{move(6, 0), load(2), load(3), load(4)};
  add_wide(program, 5, 0, 7);
  program.push_back(branch(BPF_JEQ, 6, 0, 1));
  program.push_back(move(0, 9));
  program.push_back(leave());
  program[at] = jumps;
  return program;
}

TEST(PruneLeft, AJumpIntoTheSecondHalfOfAWideLoad) {
  ASSERT_FALSE(is_left(with_wide(load(2), 2)));
  EXPECT_TRUE(is_left(with_wide(jump(2), 2)));
  EXPECT_TRUE(is_left(with_wide(branch(BPF_JEQ, 2, 0, 2), 2)));
  EXPECT_TRUE(is_left(with_wide(branch(BPF_JNE, 6, 0, 2), 2))) << "never taken";
  EXPECT_TRUE(is_left(with_wide(call_own(2), 2)));
  EXPECT_TRUE(is_left(with_wide(jump(-3), 7))) << "never reached";
}

TEST(PruneLeft, AWideLoadThatOnlyItsSecondHalfIsReachedOf) {
  Program program{move(6, 0), jump(1)};
  add_wide(program, 5, 0, 7);
  program.push_back(leave());
  EXPECT_TRUE(is_left(program));
}

TEST(PruneLeft, TheAddressOfAFunctionThatBeginsInAWideLoad) {
  Program program{move(6, 0), branch(BPF_JEQ, 6, 0, 1), move(0, 9)};
  add_wide(program, 2, BPF_PSEUDO_FUNC, 3);
  program.push_back(leave());
  add_wide(program, 5, 0, 7);
  program.push_back(leave());
  EXPECT_TRUE(is_left(program));
  program[3].imm = 2;
  EXPECT_FALSE(is_left(program));
}

TEST(PruneLeft, AWideLoadWithoutASecondHalf) {
  EXPECT_TRUE(is_left(reaching({insn(kWide, 5, 0, 0, 7)}))) << "another instruction follows";
  Program at_end = reaching({});
  at_end.push_back(insn(kWide, 5, 0, 0, 7));
  EXPECT_TRUE(is_left(at_end));
}

TEST(PruneLeft, AJumpWithALongDistance) {
  EXPECT_TRUE(is_left(reaching({insn(BPF_JMP32 | BPF_JA, 0, 0, 0, 1), move(0, 8)})));
}

TEST(PruneLeft, AJumpOutOfTheProgramThatIsNeverTaken) {
  EXPECT_FALSE(is_left(reaching({branch(BPF_JNE, 6, 0, 0)})));
  EXPECT_TRUE(is_left(reaching({branch(BPF_JNE, 6, 0, 2)}))) << "just beyond the end";
  EXPECT_TRUE(is_left(reaching({branch(BPF_JNE, 6, 0, -5)}))) << "just before the beginning";
  EXPECT_TRUE(is_left(jumping_over({call_own(100)})));
}

TEST(PruneLeft, AProgramWhoseLastInstructionGoesOn) {
  Program program = reaching({});
  program.push_back(move(0, 3));
  EXPECT_TRUE(is_left(program)) << "not reached, but refused by the kernel";
}

}  // namespace
}  // namespace tracker
