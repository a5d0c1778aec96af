// SPDX-License-Identifier: GPL-2.0-or-later
//
// Well-formed programs at random, for bpf_interpreter.h. Few registers and few numbers, so that
// constants often meet and decide branches.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <random>
#include <vector>

#include "bpf_instructions.h"
#include "bpf_interpreter.h"

namespace tracker {

class RandomProgram {
 public:
  explicit RandomProgram(uint64_t seed) : random_(seed) {}

  Program make() {
    const size_t functions = 1 + below(3);
    for (size_t i = 0; i < functions; ++i) add_function();
    point_jumps();
    return program_;
  }

 private:
  // Not std::uniform_int_distribution: its numbers differ between libraries.
  size_t below(size_t end) { return static_cast<size_t>(random_() % end); }
  // Mostly one of the last two taken: what is computed is then compared.
  unsigned any_register() {
    if (below(4) != 0) return recent_[below(2)];
    recent_[below(2)] = static_cast<unsigned>(below(10));
    return recent_[below(2)];
  }
  unsigned source() { return below(2) == 0 ? BPF_K : BPF_X; }

  template <typename Choices>
  auto one_of(const Choices& choices) {
    return choices[below(std::size(choices))];
  }

  int32_t number() {
    static constexpr int32_t kNumbers[] = {0,         1,  2,  3,  4,         -1,      -2,
                                           8,         31, 32, 33, 63,        64,      255,
                                           INT32_MIN, 5,  16, -8, INT32_MAX, 0x10000, -0x8000};
    return below(2) == 0 ? static_cast<int32_t>(below(3)) : one_of(kNumbers);
  }

  // Jumps and calls get their targets when all instructions are there.
  void add_function() {
    function_starts_.push_back(program_.size());
    const size_t first = starts_.size();
    const size_t count = 8 + below(32);
    for (size_t i = 0; i + 1 < count; ++i) add_any();
    add(leave());
    for (size_t i = first; i < starts_.size(); ++i) targets_.push_back(target_of(i, first));
  }

  // Short and forwards mostly: a long jump leaves most of the program out, and one that goes round
  // is soon stopped.
  size_t target_of(size_t i, size_t first) {
    constexpr size_t kShort = 4;
    const size_t end = starts_.size();
    if (i + 1 == end || below(12) == 0) return first + below(end - first);
    return i + 1 + below(std::min(kShort, end - i - 1));
  }

  void add(const bpf_insn& insn) {
    starts_.push_back(program_.size());
    program_.push_back(insn);
  }

  void add_any() {
    const size_t which = below(100);
    if (which < 20)
      add(insn(BPF_MOV | BPF_K | (below(4) == 0 ? BPF_ALU : BPF_ALU64), any_register(), 0, 0,
               number()));
    else if (which < 45)
      add_arithmetic();
    else if (which < 60)
      add_branch();
    else if (which < 76)
      add_bit_test();
    else if (which < 78)
      add(jump(0));
    else if (which < 83)
      add_load_wide();
    else if (which < 91)
      add_access();
    else if (which < 94)
      add(insn(BPF_JMP | BPF_CALL, 0, 0, 0, below(2) == 0 ? 5 : kCallsBack));
    else if (which < 98)
      add(call_own(0));
    else if (which < 99)
      add(insn(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_KFUNC_CALL, 0, number()));
    else
      add(leave());
  }

  void add_arithmetic() {
    static constexpr unsigned kOperations[] = {
        BPF_ADD, BPF_SUB, BPF_MUL, BPF_OR,  BPF_AND,  BPF_XOR,  BPF_LSH, BPF_RSH,
        BPF_MOV, BPF_MOV, BPF_DIV, BPF_MOD, BPF_ARSH, BPF_ARSH, BPF_NEG, BPF_END};
    const unsigned operation = one_of(kOperations);
    const unsigned kind = below(2) == 0 ? BPF_ALU : BPF_ALU64;
    const unsigned dst = any_register();
    if (operation == BPF_NEG) return add(insn(kind | BPF_NEG, dst, 0, 0, 0));
    if (operation == BPF_END) {
      static constexpr int32_t kBits[] = {16, 32, 64};
      return add(insn(kind | BPF_END | (kind == BPF_ALU ? source() : BPF_TO_LE), dst, 0, 0,
                      one_of(kBits)));
    }
    const unsigned from = source();
    int16_t off = 0;
    if (operation == BPF_DIV || operation == BPF_MOD) {
      off = below(2) == 0 ? kSignedDivision : 0;
    } else if (operation == BPF_MOV && from == BPF_X && below(2) == 0) {
      static constexpr int16_t kBits[] = {8, 16, 32};
      off = kind == BPF_ALU ? kBits[below(2)] : one_of(kBits);
    }
    add_with_operand(kind | operation | from, dst, off);
  }

  void add_branch() {
    static constexpr unsigned kOperations[] = {BPF_JEQ,  BPF_JNE,  BPF_JGT,  BPF_JGE,
                                               BPF_JLT,  BPF_JLE,  BPF_JSET, BPF_JSGT,
                                               BPF_JSGE, BPF_JSLT, BPF_JSLE, BPF_JEQ};
    const unsigned kind = below(3) == 0 ? BPF_JMP32 : BPF_JMP;
    add_with_operand(kind | one_of(kOperations) | source(), any_register(), 0);
  }

  // A wrong idea of the value decides every second of these wrongly; a comparison mostly does not.
  // Bit 31 stands for all the upper ones, as the sign of the number is extended.
  void add_bit_test() {
    const auto bit = static_cast<int32_t>(1U << (below(3) == 0 ? 31 : below(32)));
    add(insn(BPF_JMP | BPF_JSET | BPF_K, recent_[below(2)], 0, 0, bit));
  }

  void add_with_operand(unsigned code, unsigned dst, int16_t off) {
    if (BPF_SRC(code) == BPF_X)
      add(insn(code, dst, any_register(), off, 0));
    else
      add(insn(code, dst, 0, off, number()));
  }

  void add_load_wide() {
    static constexpr unsigned kKinds[] = {0,
                                          0,
                                          0,
                                          BPF_PSEUDO_MAP_FD,
                                          BPF_PSEUDO_MAP_VALUE,
                                          BPF_PSEUDO_BTF_ID,
                                          BPF_PSEUDO_FUNC,
                                          BPF_PSEUDO_FUNC,
                                          BPF_PSEUDO_MAP_IDX,
                                          BPF_PSEUDO_MAP_IDX_VALUE};
    starts_.push_back(program_.size());
    const auto high = static_cast<uint64_t>(below(3));
    add_wide(program_, any_register(), one_of(kKinds),
             high << 32 | static_cast<uint32_t>(number()));
  }

  void add_access() {
    static constexpr unsigned kSizes[] = {BPF_B, BPF_H, BPF_W, BPF_DW};
    static constexpr int32_t kAtomics[] = {BPF_ADD,    BPF_ADD | BPF_FETCH, BPF_AND | BPF_FETCH,
                                           BPF_OR,     BPF_XOR | BPF_FETCH, BPF_XCHG,
                                           BPF_CMPXCHG};
    const unsigned size = one_of(kSizes);
    const auto off = static_cast<int16_t>(-8 * static_cast<int>(1 + below(3)));
    switch (below(4)) {
      case 0:
        return add(insn(BPF_ST | BPF_MEM | size, BPF_REG_10, 0, off, number()));
      case 1:
        return add(insn(BPF_STX | BPF_MEM | size, BPF_REG_10, any_register(), off, 0));
      case 2:
        return add(insn(BPF_STX | BPF_ATOMIC | (below(2) == 0 ? BPF_W : BPF_DW), BPF_REG_10,
                        any_register(), off, one_of(kAtomics)));
      default:
        const bool is_signed = size != BPF_DW && below(2) == 0;
        return add(insn(BPF_LDX | (is_signed ? kModeSigned : unsigned{BPF_MEM}) | size,
                        any_register(), BPF_REG_10, off, 0));
    }
  }

  // One that comes later mostly: a program that calls itself is soon too deep.
  size_t callee(size_t at) {
    const size_t any = one_of(function_starts_);
    return any < at && below(4) != 0 ? function_starts_.back() : any;
  }

  void point_jumps() {
    for (size_t i = 0; i < starts_.size(); ++i) {
      const size_t at = starts_[i];
      bpf_insn& insn = program_[at];
      const auto distance = [at](size_t to) {
        return static_cast<int32_t>(static_cast<int64_t>(to) - static_cast<int64_t>(at) - 1);
      };
      const unsigned kind = BPF_CLASS(insn.code);
      const bool is_call = insn.code == (BPF_JMP | BPF_CALL);
      const bool is_wide = insn.code == (BPF_LD | BPF_IMM | BPF_DW);
      if ((is_call && insn.src_reg == BPF_PSEUDO_CALL) ||
          (is_wide && insn.src_reg == BPF_PSEUDO_FUNC))
        insn.imm = distance(callee(at));
      else if ((kind == BPF_JMP || kind == BPF_JMP32) && !is_call && BPF_OP(insn.code) != BPF_EXIT)
        insn.off = static_cast<int16_t>(distance(starts_[targets_[i]]));
    }
  }

  std::mt19937_64 random_;
  Program program_;
  std::array<unsigned, 2> recent_{0, 6};
  std::vector<size_t> function_starts_;
  std::vector<size_t> starts_;   // of each instruction
  std::vector<size_t> targets_;  // of each, as if it were a jump: an index into starts_
};

}  // namespace tracker
