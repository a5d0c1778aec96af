// SPDX-License-Identifier: GPL-2.0-or-later
//
// What each kind of instruction leaves known. Where a branch need not be decided, a test claims
// only that the side that is taken is kept.
#include <gtest/gtest.h>
#include <linux/bpf.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "bpf_instructions.h"
#include "probes/prune.h"

namespace tracker {
namespace {

using Results = std::vector<int32_t>;

constexpr unsigned kTaken = 1;
constexpr unsigned kNotTaken = 2;
constexpr unsigned kBoth = kTaken | kNotTaken;

bool has(const Results& found, int32_t wanted) {
  return std::count(found.begin(), found.end(), wanted) != 0;
}

// `first`, then r0 = 1 if `decides` holds, else r0 = 2: which of the two are kept.
unsigned kept(Program first, bpf_insn decides) {
  decides.off = 2;
  first.insert(first.end(), {decides, move(0, 2), leave(), move(0, 1), leave()});
  prune_unreachable(first);
  const Results found = results(first);
  return (has(found, 1) ? kTaken : 0) | (has(found, 2) ? kNotTaken : 0);
}

bool keeps(unsigned side, const Program& first, const bpf_insn& decides) {
  return (kept(first, decides) & side) != 0;
}

bpf_insn alu64(unsigned operation, unsigned dst, int32_t imm) {
  return insn(BPF_ALU64 | operation | BPF_K, dst, 0, 0, imm);
}
bpf_insn alu32(unsigned operation, unsigned dst, int32_t imm) {
  return insn(BPF_ALU | operation | BPF_K, dst, 0, 0, imm);
}
bpf_insn alu64_by(unsigned operation, unsigned dst, unsigned src) {
  return insn(BPF_ALU64 | operation | BPF_X, dst, src, 0, 0);
}
bpf_insn alu32_by(unsigned operation, unsigned dst, unsigned src) {
  return insn(BPF_ALU | operation | BPF_X, dst, src, 0, 0);
}
bpf_insn is(unsigned dst, int32_t value) { return branch(BPF_JEQ, dst, value, 0); }
bpf_insn atomic(int32_t operation, unsigned src) {
  return insn(BPF_STX | BPF_ATOMIC | BPF_DW, 10, src, -8, operation);
}

TEST(PruneRules, ArithmeticOfThirtyTwoBitsClearsTheUpperHalf) {
  EXPECT_EQ(kept({move(6, -1), alu32(BPF_ADD, 6, 1)}, is(6, 0)), kTaken);
  EXPECT_EQ(kept({move(6, 0), alu32(BPF_SUB, 6, 1)}, is(6, -1)), kNotTaken);
  EXPECT_EQ(kept({alu32(BPF_MOV, 6, -1)}, is(6, -1)), kNotTaken);
  EXPECT_EQ(kept({move(7, -1), alu32_by(BPF_MOV, 6, 7)}, branch(BPF_JGT, 6, -1, 0)), kNotTaken);
}

TEST(PruneRules, ArithmeticOfSixtyFourBitsExtendsTheSignOfItsNumber) {
  EXPECT_EQ(kept({move(6, 1), alu64(BPF_ADD, 6, -1)}, is(6, 0)), kTaken);
  EXPECT_EQ(kept({move(6, -1), alu64(BPF_RSH, 6, 63)}, is(6, 1)), kTaken);
}

TEST(PruneRules, AShiftToTheRightOfThirtyTwoBitsHasNoUpperHalf) {
  EXPECT_EQ(kept({move(6, -1), alu32(BPF_RSH, 6, 31)}, is(6, 1)), kTaken);
  EXPECT_EQ(kept({move(6, 1), alu32(BPF_LSH, 6, 31), alu64(BPF_RSH, 6, 31)}, is(6, 1)), kTaken);
}

// The kernel takes the lower 5 or 6 bits of the distance.
TEST(PruneRules, AShiftByTheWidthOrMoreIsNotTakenForZero) {
  EXPECT_TRUE(keeps(kTaken, {move(6, 1), move(7, 64), alu64_by(BPF_LSH, 6, 7)}, is(6, 1)));
  EXPECT_TRUE(keeps(kTaken, {move(6, 1), move(7, 32), alu32_by(BPF_LSH, 6, 7)}, is(6, 1)));
  EXPECT_TRUE(keeps(kTaken, {move(6, 1), move(7, 65), alu64_by(BPF_RSH, 6, 7)}, is(6, 0)));
  EXPECT_TRUE(keeps(kNotTaken, {move(6, 1), move(7, -1), alu32_by(BPF_LSH, 6, 7)}, is(6, 0)));
}

TEST(PruneRules, WhatIsNotComputedIsNotKnown) {
  EXPECT_TRUE(keeps(kNotTaken, {move(6, 5), alu64(BPF_NEG, 6, 0)}, is(6, 5)));
  EXPECT_TRUE(keeps(kTaken, {move(6, 5), alu32(BPF_END, 6, 64)}, is(6, 5)));
  EXPECT_TRUE(
      keeps(kNotTaken, {move(6, 5), insn(BPF_ALU | BPF_END | BPF_TO_BE, 6, 0, 0, 64)}, is(6, 5)));
  EXPECT_TRUE(keeps(kTaken, {move(6, -4), alu64(BPF_ARSH, 6, 1)}, is(6, -2)));
  EXPECT_TRUE(keeps(kNotTaken, {move(6, 7), alu64(BPF_DIV, 6, 7)}, is(6, 7)));
  EXPECT_TRUE(keeps(kNotTaken, {move(6, 7), alu64(BPF_MOD, 6, 7)}, is(6, 7)));
}

TEST(PruneRules, AMoveThatExtendsASignIsNoPlainMove) {
  const bpf_insn extends = insn(BPF_ALU64 | BPF_MOV | BPF_X, 6, 7, 8, 0);
  EXPECT_TRUE(keeps(kNotTaken, {move(7, 255), extends}, is(6, 255)));
}

TEST(PruneRules, RegistersAreOperandsAsNumbersAre) {
  const bpf_insn equal = insn(BPF_JMP | BPF_JEQ | BPF_X, 6, 7, 0, 0);
  EXPECT_EQ(kept({move(6, 3), move(7, 3)}, equal), kTaken);
  EXPECT_EQ(kept({move(6, 3), move(7, 4)}, equal), kNotTaken);
  EXPECT_EQ(kept({move(6, 3), load(7)}, equal), kBoth);
  EXPECT_EQ(kept({load(6), move(7, 3)}, equal), kBoth);
  EXPECT_EQ(kept({move(6, 3), load(7), alu64_by(BPF_ADD, 6, 7)}, is(6, 3)), kBoth);
}

TEST(PruneRules, ComparisonsAreUnsignedUnlessTheySayOtherwise) {
  EXPECT_EQ(kept({move(6, -1)}, branch(BPF_JGT, 6, 0, 0)), kTaken);
  EXPECT_EQ(kept({move(6, -1)}, branch(BPF_JLT, 6, 0, 0)), kNotTaken);
  EXPECT_EQ(kept({move(6, 3)}, branch(BPF_JGE, 6, 3, 0)), kTaken);
  EXPECT_EQ(kept({move(6, 3)}, branch(BPF_JLE, 6, 3, 0)), kTaken);
  EXPECT_EQ(kept({move(6, 6)}, branch(BPF_JSET, 6, 9, 0)), kNotTaken);
  EXPECT_TRUE(keeps(kNotTaken, {move(6, -1)}, branch(BPF_JSGT, 6, 0, 0)));
  EXPECT_TRUE(keeps(kTaken, {move(6, -1)}, branch(BPF_JSLT, 6, 0, 0)));
  EXPECT_TRUE(keeps(kNotTaken, {move(6, -1)}, branch(BPF_JSGE, 6, 0, 0)));
  EXPECT_TRUE(keeps(kTaken, {move(6, -1)}, branch(BPF_JSLE, 6, 0, 0)));
}

TEST(PruneRules, BranchesOfThirtyTwoBitsCompareTheLowerHalves) {
  const auto branch32 = [](unsigned operation, int32_t with) {
    return insn(BPF_JMP32 | operation | BPF_K, 6, 0, 0, with);
  };
  Program upper;
  add_wide(upper, 6, 0, 0x1'ffff'ffff);
  EXPECT_EQ(kept(upper, branch32(BPF_JEQ, -1)), kTaken);
  EXPECT_EQ(kept(upper, branch32(BPF_JGT, -1)), kNotTaken);
  EXPECT_EQ(kept(upper, branch32(BPF_JSET, INT32_MIN)), kTaken);
  EXPECT_TRUE(keeps(kTaken, upper, branch32(BPF_JSLT, 0)));
  EXPECT_EQ(kept(upper, branch(BPF_JEQ, 6, -1, 0)), kNotTaken);
}

TEST(PruneRules, AnAddressIsNoNumber) {
  for (const unsigned kind : {BPF_PSEUDO_MAP_FD, BPF_PSEUDO_MAP_VALUE, BPF_PSEUDO_BTF_ID,
                              BPF_PSEUDO_MAP_IDX, BPF_PSEUDO_MAP_IDX_VALUE}) {
    Program program;
    add_wide(program, 6, kind, 3);
    EXPECT_EQ(kept(program, is(6, 3)), kBoth) << kind;
  }
}

TEST(PruneRules, AFunctionWhoseAddressIsTakenIsKeptAndFoundAgain) {
  Program program{move(6, 0)};
  add_wide(program, 2, BPF_PSEUDO_FUNC, 5);
  program.insert(program.end(), {branch(BPF_JEQ, 6, 0, 1), move(0, 9), branch(BPF_JEQ, 2, 5, 0),
                                 leave(), move(0, 7), leave()});
  prune_unreachable(program);
  EXPECT_EQ(results(program), (Results{7}));
  ASSERT_EQ(program[1].src_reg, BPF_PSEUDO_FUNC);
  EXPECT_EQ(program[1 + 1 + static_cast<size_t>(program[1].imm)].imm, 7);
}

TEST(PruneRules, AnAtomicOperationMayWriteItsRegister) {
  for (const int32_t operation : {BPF_ADD | BPF_FETCH, BPF_AND | BPF_FETCH, BPF_OR | BPF_FETCH,
                                  BPF_XOR | BPF_FETCH, BPF_XCHG})
    EXPECT_EQ(kept({move(6, 5), atomic(operation, 6)}, is(6, 5)), kBoth) << operation;
}

TEST(PruneRules, AComparingExchangeWritesR0) {
  EXPECT_EQ(kept({move(0, 5), atomic(BPF_CMPXCHG, 6)}, is(0, 5)), kBoth);
}

TEST(PruneRules, WhatIsReadFromTheStackIsNotKnown) {
  const bpf_insn store = insn(BPF_STX | BPF_MEM | BPF_DW, 10, 6, -8, 0);
  const bpf_insn fill = insn(BPF_LDX | BPF_MEM | BPF_DW, 7, 10, -8, 0);
  EXPECT_TRUE(keeps(kTaken, {move(6, 5), store, load(2), fill}, is(7, 5)));
  EXPECT_EQ(kept({move(7, 5), fill}, is(7, 5)), kBoth);
  EXPECT_EQ(kept({move(6, 5), store}, is(6, 5)), kTaken) << "a store writes no register";
}

TEST(PruneRules, ACallOfAnOwnFunctionKeepsR6ToR9Only) {
  for (unsigned i = 0; i <= 9; ++i) {
    Program program{move(i, 5), call_own(5), branch(BPF_JEQ, i, 5, 2),
                    move(0, 2), leave(),     move(0, 1),
                    leave(),    move(1, 4),  leave()};
    prune_unreachable(program);
    const bool is_kept = i >= 6;
    const Results found = results(program);
    EXPECT_EQ(has(found, 2), !is_kept) << "r" << i;
    EXPECT_TRUE(has(found, 1)) << "r" << i;
  }
}

TEST(PruneRules, AFunctionKnowsNothingOfItsCaller) {
  Program program{move(1, 5), move(6, 5), call_own(1), leave(), branch(BPF_JEQ, 6, 5, 2),
                  move(0, 2), leave(),    move(0, 1),  leave()};
  prune_unreachable(program);
  EXPECT_EQ(results(program), (Results{2, 1})) << "another caller may come, and r6 is its own";
}

TEST(PruneRules, ANumberThatALoopChangesIsNotKnownInIt) {
  // r6 = 0; do { if (r6 == 1) r0 = 1; r6 += 1; } while (r6 != 3); r0 = 2
  Program program{move(6, 0),
                  branch(BPF_JNE, 6, 1, 1),
                  move(0, 1),
                  alu64(BPF_ADD, 6, 1),
                  branch(BPF_JNE, 6, 3, -4),
                  move(0, 2),
                  leave()};
  const Program before = program;
  prune_unreachable(program);
  EXPECT_TRUE(are_same(program, before));
}

TEST(PruneRules, ANumberThatALoopDoesNotChangeIsKnownInIt) {
  Program program{move(6, 0),
                  move(7, 0),
                  branch(BPF_JEQ, 7, 0, 1),
                  move(0, 9),
                  alu64(BPF_ADD, 6, 1),
                  branch(BPF_JNE, 6, 3, -4),
                  move(0, 2),
                  leave()};
  prune_unreachable(program);
  EXPECT_EQ(results(program), (Results{2}));
  ASSERT_EQ(program.size(), 6U);
  EXPECT_EQ(program[3].off, -2) << "back to what followed the branch that is always taken";
}

TEST(PruneRules, AJumpOverOtherJumpsThatGoIsLeftOut) {
  Program program{jump(1), move(0, 9), jump(0), jump(1), move(0, 9), move(0, 1), leave()};
  prune_unreachable(program);
  EXPECT_EQ(results(program), (Results{1}));
  EXPECT_EQ(program.size(), 2U);
}

}  // namespace
}  // namespace tracker
