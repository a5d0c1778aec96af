// SPDX-License-Identifier: GPL-2.0-or-later
//
// Runs a BPF program as Documentation/bpf/standardization/instruction-set.rst says, without a
// kernel: arithmetic, branches, the stack, and calls. It shares no code with what it tests.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <vector>

#include "bpf_instructions.h"

namespace tracker {

constexpr int32_t kCallsBack = 181;  // bpf_loop: calls the function that was loaded last
constexpr int kStackBytes = 64;

struct Outcome {
  enum End { kExit, kTooLong, kEndlessJumps, kTooDeep, kOutside, kBadAccess, kUnknown };
  End end = kExit;
  // Of the registers after each instruction that is no jump. Leaving out what is unreachable must
  // not change any of them, so programs that never end can be compared as well.
  uint64_t digest = 0;

  bool operator==(const Outcome&) const = default;
};

class Interpreter {
 public:
  // `input` decides everything that a program cannot know: registers at the beginning, the stack's
  // content, what helpers give back.
  Interpreter(const Program& program, uint64_t input) : program_(program), noise_(input) {
    for (uint64_t& value : registers_) value = noise();
    enter(0, 0);
  }

  Outcome run() {
    // A thousand jumps with no instruction between them never end: nothing changes.
    constexpr int kJumps = 1000;
    constexpr int kSteps = 300;
    int jumps = 0;
    for (int steps = 0; steps < kSteps;) {
      if (at_ >= program_.size()) return finish(Outcome::kOutside);
      const bpf_insn& insn = program_[at_];
      if (is_jump(insn)) {
        if (++jumps > kJumps) return finish(Outcome::kEndlessJumps);
        at_ += 1 + (is_taken(insn) ? static_cast<size_t>(static_cast<int64_t>(insn.off)) : 0);
        continue;
      }
      jumps = 0;
      ++steps;
      is_over_ = false;
      step(insn);
      absorb(insn.code);
      for (const uint64_t value : registers_) absorb(value);
      if (is_over_) return finish(end_);
    }
    return finish(Outcome::kTooLong);
  }

 private:
  struct Frame {
    size_t return_to = 0;
    std::array<uint64_t, 4> saved{};  // r6 to r9
    std::array<uint8_t, kStackBytes> stack{};
  };

  static bool is_jump(const bpf_insn& insn) {
    const unsigned kind = BPF_CLASS(insn.code);
    const unsigned operation = BPF_OP(insn.code);
    return (kind == BPF_JMP || kind == BPF_JMP32) && operation != BPF_CALL && operation != BPF_EXIT;
  }

  static uint64_t mixed(uint64_t value) {  // splitmix64
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
    value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
    return value ^ (value >> 31);
  }

  // Small numbers as often as large ones: those are what programs compare with.
  uint64_t noise() {
    noise_ += 0x9e3779b97f4a7c15;
    const uint64_t value = mixed(noise_);
    return (value & 1) != 0 ? (value >> 1) % 4 : value;
  }

  void absorb(uint64_t value) { digest_ = mixed(digest_ * 31 + value); }
  Outcome finish(Outcome::End end) const { return {end, digest_}; }
  void stop(Outcome::End end) {
    end_ = end;
    is_over_ = true;
  }

  void step(const bpf_insn& insn) {
    size_t next = at_ + 1;
    switch (BPF_CLASS(insn.code)) {
      case BPF_ALU:
        registers_[insn.dst_reg] = computed<uint32_t>(insn);
        break;
      case BPF_ALU64:
        registers_[insn.dst_reg] = computed<uint64_t>(insn);
        break;
      case BPF_LD:
        load_wide(insn);
        ++next;
        break;
      case BPF_LDX:
      case BPF_ST:
      case BPF_STX:
        access(insn);
        break;
      default:
        if (BPF_OP(insn.code) == BPF_CALL) return call(insn);
        return exit();
    }
    at_ = next;
  }

  template <typename Unsigned>
  Unsigned right_of(const bpf_insn& insn) const {
    return BPF_SRC(insn.code) == BPF_X ? static_cast<Unsigned>(registers_[insn.src_reg])
                                       : static_cast<Unsigned>(insn.imm);
  }

  bool is_taken(const bpf_insn& insn) const {
    return BPF_CLASS(insn.code) == BPF_JMP ? compares<uint64_t>(insn) : compares<uint32_t>(insn);
  }

  template <typename Unsigned>
  bool compares(const bpf_insn& insn) const {
    using Signed = std::make_signed_t<Unsigned>;
    const auto left = static_cast<Unsigned>(registers_[insn.dst_reg]);
    const auto right = right_of<Unsigned>(insn);
    const auto order = left <=> right;
    const auto signed_order = static_cast<Signed>(left) <=> static_cast<Signed>(right);
    switch (BPF_OP(insn.code)) {
      case BPF_JA:
        return true;
      case BPF_JEQ:
        return order == 0;
      case BPF_JNE:
        return order != 0;
      case BPF_JGT:
        return order > 0;
      case BPF_JGE:
        return order >= 0;
      case BPF_JLT:
        return order < 0;
      case BPF_JLE:
        return order <= 0;
      case BPF_JSGT:
        return signed_order > 0;
      case BPF_JSGE:
        return signed_order >= 0;
      case BPF_JSLT:
        return signed_order < 0;
      case BPF_JSLE:
        return signed_order <= 0;
      default:
        return (left & right) != 0;  // BPF_JSET
    }
  }

  template <typename Unsigned>
  Unsigned computed(const bpf_insn& insn) {
    const auto left = static_cast<Unsigned>(registers_[insn.dst_reg]);
    const auto right = right_of<Unsigned>(insn);
    constexpr Unsigned kShiftMask = std::numeric_limits<Unsigned>::digits - 1;
    switch (BPF_OP(insn.code)) {
      case BPF_ADD:
        return left + right;
      case BPF_SUB:
        return left - right;
      case BPF_MUL:
        return left * right;
      case BPF_OR:
        return left | right;
      case BPF_AND:
        return left & right;
      case BPF_XOR:
        return left ^ right;
      case BPF_LSH:
        return left << (right & kShiftMask);
      case BPF_RSH:
        return left >> (right & kShiftMask);
      case BPF_ARSH:
        return static_cast<Unsigned>(static_cast<std::make_signed_t<Unsigned>>(left) >>
                                     (right & kShiftMask));
      case BPF_NEG:
        return Unsigned{0} - left;
      case BPF_MOV:
        return moved(right, insn.off);
      case BPF_DIV:
      case BPF_MOD:
        return divided(insn, left, right);
      case BPF_END:
        return static_cast<Unsigned>(in_order(insn));
      default:
        stop(Outcome::kUnknown);
        return 0;
    }
  }

  // `off` is the number of bits of which the sign is extended.
  template <typename Unsigned>
  static Unsigned moved(Unsigned value, int16_t off) {
    switch (off) {
      case 8:
        return static_cast<Unsigned>(static_cast<int8_t>(value));
      case 16:
        return static_cast<Unsigned>(static_cast<int16_t>(value));
      case 32:
        return static_cast<Unsigned>(static_cast<int32_t>(value));
      default:
        return value;
    }
  }

  template <typename Unsigned>
  static Unsigned divided(const bpf_insn& insn, Unsigned left, Unsigned right) {
    using Signed = std::make_signed_t<Unsigned>;
    const bool gives_rest = BPF_OP(insn.code) == BPF_MOD;
    if (right == 0) return gives_rest ? left : 0;
    if (insn.off != kSignedDivision) return gives_rest ? left % right : left / right;
    if (right == std::numeric_limits<Unsigned>::max()) return gives_rest ? 0 : Unsigned{0} - left;
    const auto signed_left = static_cast<Signed>(left);
    const auto signed_right = static_cast<Signed>(right);
    return static_cast<Unsigned>(gives_rest ? signed_left % signed_right
                                            : signed_left / signed_right);
  }

  // On a little-endian machine; the result has 64 bits in either class.
  uint64_t in_order(const bpf_insn& insn) const {
    const uint64_t value = registers_[insn.dst_reg];
    const bool swaps = BPF_CLASS(insn.code) == BPF_ALU64 || BPF_SRC(insn.code) == BPF_TO_BE;
    if (insn.imm == 16)
      return swaps ? __builtin_bswap16(static_cast<uint16_t>(value)) : value & 0xffff;
    if (insn.imm == 32)
      return swaps ? __builtin_bswap32(static_cast<uint32_t>(value)) : value & UINT32_MAX;
    return swaps ? __builtin_bswap64(value) : value;
  }

  // An address is a number that the program cannot know.
  void load_wide(const bpf_insn& insn) {
    uint64_t& dst = registers_[insn.dst_reg];
    const auto low = static_cast<uint32_t>(insn.imm);
    if (insn.src_reg == 0) {
      dst = low | static_cast<uint64_t>(static_cast<uint32_t>(program_[at_ + 1].imm)) << 32;
    } else if (insn.src_reg == BPF_PSEUDO_FUNC) {
      dst = 0xffff'ffff'c000'0000;  // where the function lies may change
      callback_ = at_ + 1 + static_cast<size_t>(static_cast<int64_t>(insn.imm));
    } else {
      dst = mixed(low + uint64_t{insn.src_reg}) | 1ULL << 63;
    }
  }

  static size_t bytes_of(const bpf_insn& insn) {
    switch (BPF_SIZE(insn.code)) {
      case BPF_B:
        return 1;
      case BPF_H:
        return 2;
      case BPF_W:
        return 4;
      default:
        return 8;
    }
  }

  void access(const bpf_insn& insn) {
    const size_t bytes = bytes_of(insn);
    const int begin = kStackBytes + insn.off;
    const bool loads = BPF_CLASS(insn.code) == BPF_LDX;
    if ((loads ? insn.src_reg : insn.dst_reg) != BPF_REG_10 || begin < 0 ||
        begin + static_cast<int>(bytes) > kStackBytes)
      return stop(Outcome::kBadAccess);
    uint8_t* memory = &frames_.back().stack[static_cast<size_t>(begin)];
    uint64_t value = 0;
    std::memcpy(&value, memory, bytes);
    if (loads) {
      const bool is_signed = BPF_MODE(insn.code) == kModeSigned;
      registers_[insn.dst_reg] = is_signed ? moved(value, static_cast<int16_t>(bytes * 8)) : value;
      return;
    }
    if (BPF_MODE(insn.code) == BPF_ATOMIC) {
      value = atomically(insn, value, bytes == 4 ? UINT32_MAX : UINT64_MAX);
    } else {
      value = BPF_CLASS(insn.code) == BPF_STX
                  ? registers_[insn.src_reg]
                  : static_cast<uint64_t>(static_cast<int64_t>(insn.imm));
    }
    std::memcpy(memory, &value, bytes);
  }

  // What is stored.
  uint64_t atomically(const bpf_insn& insn, uint64_t old, uint64_t mask) {
    uint64_t& source = registers_[insn.src_reg];
    const uint64_t given = source & mask;
    if (insn.imm == BPF_CMPXCHG) {
      const bool is_equal = (registers_[0] & mask) == old;
      registers_[0] = old;
      return is_equal ? given : old;
    }
    if ((insn.imm & BPF_FETCH) != 0) source = old;
    switch (insn.imm & ~BPF_FETCH) {
      case BPF_ADD:
        return old + given;
      case BPF_OR:
        return old | given;
      case BPF_AND:
        return old & given;
      case BPF_XOR:
        return old ^ given;
      default:
        return given;  // BPF_XCHG
    }
  }

  void enter(size_t function, size_t return_to) {
    constexpr size_t kDepth = 8;
    if (frames_.size() == kDepth) return stop(Outcome::kTooDeep);
    Frame frame;
    frame.return_to = return_to;
    std::memcpy(frame.saved.data(), &registers_[6], sizeof(frame.saved));
    for (uint8_t& byte : frame.stack) byte = static_cast<uint8_t>(noise());
    frames_.push_back(frame);
    registers_[0] = noise();
    for (size_t i = 6; i <= 9; ++i) registers_[i] = noise();
    at_ = function;
  }

  void clobber(size_t first) {
    for (size_t i = first; i <= 5; ++i) registers_[i] = noise();
  }

  void call(const bpf_insn& insn) {
    if (insn.src_reg == BPF_PSEUDO_CALL)
      return enter(at_ + 1 + static_cast<size_t>(static_cast<int64_t>(insn.imm)), at_ + 1);
    clobber(0);
    if (insn.imm == kCallsBack && callback_ != 0) return enter(callback_, at_ + 1);
    ++at_;
  }

  void exit() {
    const Frame frame = frames_.back();
    frames_.pop_back();
    if (frames_.empty()) return stop(Outcome::kExit);
    std::memcpy(&registers_[6], frame.saved.data(), sizeof(frame.saved));
    clobber(1);
    at_ = frame.return_to;
  }

  const Program& program_;
  uint64_t noise_;
  std::array<uint64_t, 11> registers_{};
  std::vector<Frame> frames_;
  size_t at_ = 0;
  size_t callback_ = 0;  // 0: none
  uint64_t digest_ = 0;
  Outcome::End end_ = Outcome::kExit;
  bool is_over_ = false;
};

}  // namespace tracker
