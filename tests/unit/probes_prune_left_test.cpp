// SPDX-License-Identifier: GPL-2.0-or-later
//
// Programs that are not touched: not well formed, or with an instruction that is not known.
#include <gtest/gtest.h>
#include <linux/bpf.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <set>

#include "bpf_instructions.h"
#include "probes/prune.h"

namespace tracker {
namespace {

constexpr unsigned kWide = BPF_LD | BPF_IMM | BPF_DW;
constexpr unsigned kGotox = BPF_JMP | BPF_JA | BPF_X;

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

// Its targets are in a map, and would be instructions that are gone or have moved.
TEST(PruneLeft, AJumpThroughARegister) {
  EXPECT_TRUE(is_left(reaching({insn(kGotox, 2, 0, 0, 0)})));
  EXPECT_TRUE(is_left(reaching({insn(kGotox, 2, 0, 1, 0)})));
}

std::set<unsigned> known_opcodes() {
  std::set<unsigned> known{kWide,
                           // BPF_NEG and BPF_END
                           0x84, 0x87, 0xd4, 0xdc, 0xd7,
                           // loads, with and without a sign
                           0x61, 0x69, 0x71, 0x79, 0x81, 0x89, 0x91,
                           // stores of numbers and of registers, atomic operations
                           0x62, 0x6a, 0x72, 0x7a, 0x63, 0x6b, 0x73, 0x7b, 0xc3, 0xdb,
                           // goto, call, exit
                           0x05, 0x85, 0x95};
  for (const unsigned operation :
       {0x00U, 0x10U, 0x20U, 0x30U, 0x40U, 0x50U, 0x60U, 0x70U, 0x90U, 0xa0U, 0xb0U, 0xc0U}) {
    for (const unsigned kind : {BPF_ALU, BPF_ALU64}) {
      known.insert(kind | operation | BPF_K);
      known.insert(kind | operation | BPF_X);
    }
  }
  for (const unsigned operation :
       {0x10U, 0x20U, 0x30U, 0x40U, 0x50U, 0x60U, 0x70U, 0xa0U, 0xb0U, 0xc0U, 0xd0U}) {
    for (const unsigned kind : {BPF_JMP, BPF_JMP32}) {
      known.insert(kind | operation | BPF_K);
      known.insert(kind | operation | BPF_X);
    }
  }
  return known;
}

TEST(PruneLeft, EveryOpcodeThatIsNotKnown) {
  const std::set<unsigned> known = known_opcodes();
  for (unsigned code = 0; code < 256; ++code) {
    const bool is_known = known.count(code) != 0;
    const bpf_insn made = insn(code, 0, 0, 0, 0);
    Program reached = reaching({made});
    Program unreached = jumping_over({made});
    if (code == kWide) {
      reached = reaching({made, insn(0, 0, 0, 0, 0)});
      unreached = jumping_over({made, insn(0, 0, 0, 0, 0)});
    }
    EXPECT_EQ(is_left(reached), !is_known) << "opcode " << code;
    EXPECT_EQ(is_left(unreached), !is_known) << "opcode " << code << ", not reached";
  }
}

// Newer kernels give a meaning to what older ones want to be zero.
TEST(PruneLeft, AKnownOpcodeWithAnOperandThatIsNot) {
  constexpr int32_t kLoadAcquire = 0x100;
  constexpr unsigned kAtomic = BPF_STX | BPF_ATOMIC | BPF_DW;
  EXPECT_TRUE(is_left(reaching({insn(kAtomic, 10, 2, -8, kLoadAcquire)})));
  EXPECT_TRUE(is_left(reaching({insn(kAtomic, 10, 2, -8, BPF_SUB)})));
  EXPECT_TRUE(is_left(reaching({insn(BPF_JMP | BPF_CALL, 0, 3, 0, 1)}))) << "kind of call";
  EXPECT_TRUE(is_left(reaching({insn(kWide, 2, 7, 0, 1), insn(0, 0, 0, 0, 0)}))) << "address";
  EXPECT_TRUE(is_left(reaching({insn(kWide, 2, 0, 1, 1), insn(0, 0, 0, 0, 0)})));
  EXPECT_TRUE(is_left(reaching({insn(BPF_JMP | BPF_JEQ | BPF_K, 2, 1, 0, 0)})));
  EXPECT_TRUE(is_left(reaching({insn(BPF_JMP | BPF_JEQ | BPF_X, 2, 1, 0, 4)})));
  EXPECT_TRUE(is_left(reaching({insn(BPF_JMP | BPF_JA, 0, 0, 0, 1)})));
  EXPECT_TRUE(is_left(reaching({insn(BPF_ALU64 | BPF_MOV | BPF_K, 11, 0, 0, 0)}))) << "r11";
  EXPECT_TRUE(is_left(reaching({insn(BPF_ALU64 | BPF_MOV | BPF_X, 2, 15, 0, 0)}))) << "r15";
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
