// SPDX-License-Identifier: GPL-2.0-or-later
//
// Constant propagation over the program's branches: a state of known registers before each
// instruction, joined where paths meet, until nothing changes. Only what the program's constants
// (bpf/knob.h) and arithmetic on them decide is followed; memory is never known.
#include "probes/prune.h"

#include <linux/bpf.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace tracker {
namespace {

constexpr size_t kRegisters = 11;
constexpr uint8_t kLoadImmediate64 = BPF_LD | BPF_IMM | BPF_DW;
constexpr uint8_t kModeSigned = 0x80;  // BPF_MEMSX, which older headers lack

using Register = std::optional<uint64_t>;  // nothing: not known
using Registers = std::array<Register, kRegisters>;

uint8_t class_of(const bpf_insn& insn) { return BPF_CLASS(insn.code); }
bool is_wide(const bpf_insn& insn) { return insn.code == kLoadImmediate64; }
bool is_jump_class(const bpf_insn& insn) {
  return class_of(insn) == BPF_JMP || class_of(insn) == BPF_JMP32;
}
bool is_call(const bpf_insn& insn) { return insn.code == (BPF_JMP | BPF_CALL); }
bool is_exit(const bpf_insn& insn) { return insn.code == (BPF_JMP | BPF_EXIT); }
bool is_goto(const bpf_insn& insn) { return insn.code == (BPF_JMP | BPF_JA); }
bool is_branch(const bpf_insn& insn) {
  return is_jump_class(insn) && !is_call(insn) && !is_exit(insn) && !is_goto(insn);
}
// A call of one of the program's own functions, or its address: `imm` counts from the next one.
bool names_function(const bpf_insn& insn) {
  return (is_call(insn) && insn.src_reg == BPF_PSEUDO_CALL) ||
         (is_wide(insn) && insn.src_reg == BPF_PSEUDO_FUNC);
}

size_t size_of(const bpf_insn& insn) { return is_wide(insn) ? 2 : 1; }

// A jump before the program's beginning becomes a number beyond its end.
size_t target(size_t at, int64_t offset) {
  return static_cast<size_t>(static_cast<int64_t>(at) + 1 + offset);
}

// Whether the field of the operand that the instruction does not use is zero.
bool has_one_operand(const bpf_insn& insn) {
  return BPF_SRC(insn.code) == BPF_X ? insn.imm == 0 : insn.src_reg == 0;
}

bool is_known_arithmetic(const bpf_insn& insn) {
  const uint8_t operation = BPF_OP(insn.code);
  const bool is_swap = operation == BPF_END && class_of(insn) == BPF_ALU64;
  if (operation == BPF_NEG || is_swap) return BPF_SRC(insn.code) == BPF_K;
  return operation <= BPF_END;
}

bool is_known_jump(const bpf_insn& insn) {
  switch (BPF_OP(insn.code)) {
    case BPF_JA:
      // Not gotox (BPF_X), whose targets are in a map, nor BPF_JMP32, whose distance is in `imm`.
      return is_goto(insn) && insn.dst_reg == 0 && insn.src_reg == 0 && insn.imm == 0;
    case BPF_CALL:
      return is_call(insn) && insn.src_reg <= BPF_PSEUDO_KFUNC_CALL;
    case BPF_EXIT:
      return is_exit(insn);
    default:
      return BPF_OP(insn.code) <= BPF_JSLE && has_one_operand(insn);
  }
}

bool is_known_access(const bpf_insn& insn) {
  const uint8_t size = BPF_SIZE(insn.code);
  switch (BPF_MODE(insn.code)) {
    case BPF_MEM:
      return true;
    case kModeSigned:
      return class_of(insn) == BPF_LDX && size != BPF_DW;
    case BPF_ATOMIC:
      break;
    default:
      return false;
  }
  if (class_of(insn) != BPF_STX || (size != BPF_W && size != BPF_DW)) return false;
  switch (insn.imm) {
    case BPF_XCHG:
    case BPF_CMPXCHG:
      return true;
    default:
      const int32_t operation = insn.imm & ~BPF_FETCH;
      return operation == BPF_ADD || operation == BPF_AND || operation == BPF_OR ||
             operation == BPF_XOR;
  }
}

// Whether this file knows where the program can go on after `insn` and which registers it may
// write. Newer kernels add opcodes, and give a meaning to fields that must be zero today.
bool is_known(const bpf_insn& insn) {
  if (insn.dst_reg >= kRegisters || insn.src_reg >= kRegisters) return false;
  switch (class_of(insn)) {
    case BPF_ALU:
    case BPF_ALU64:
      return is_known_arithmetic(insn);
    case BPF_JMP:
    case BPF_JMP32:
      return is_known_jump(insn);
    case BPF_LD:
      return is_wide(insn) && insn.src_reg <= BPF_PSEUDO_MAP_IDX_VALUE && insn.off == 0;
    default:
      return is_known_access(insn);
  }
}

// Whether each instruction is known, each jump leads to the beginning of one, and the last ends the
// program or jumps. The kernel demands the same, also of what is never reached.
bool is_well_formed(const std::vector<bpf_insn>& instructions) {
  const size_t size = instructions.size();
  std::vector<bool> begins(size);  // not the second half of a wide load
  size_t last = 0;
  for (size_t at = 0; at < size; at += size_of(instructions[at])) {
    if (!is_known(instructions[at])) return false;
    if (is_wide(instructions[at]) && (at + 1 == size || instructions[at + 1].code != 0))
      return false;
    begins[at] = true;
    last = at;
  }
  const auto leads = [&](size_t to) { return to < size && begins[to]; };
  for (size_t at = 0; at < size; at += size_of(instructions[at])) {
    const bpf_insn& insn = instructions[at];
    if ((is_goto(insn) || is_branch(insn)) && !leads(target(at, insn.off))) return false;
    if (names_function(insn) && !leads(target(at, insn.imm))) return false;
  }
  return size > 0 && (is_exit(instructions[last]) || is_goto(instructions[last]));
}

Register operand(const bpf_insn& insn, const Registers& known) {
  if (BPF_SRC(insn.code) == BPF_X) return known[insn.src_reg];
  return static_cast<uint64_t>(static_cast<int64_t>(insn.imm));
}

Register compute(uint8_t operation, uint64_t left, uint64_t right, unsigned bits) {
  switch (operation) {
    case BPF_ADD:
      return left + right;
    case BPF_SUB:
      return left - right;
    case BPF_AND:
      return left & right;
    case BPF_OR:
      return left | right;
    case BPF_XOR:
      return left ^ right;
    case BPF_MUL:
      return left * right;
    case BPF_LSH:
      return right < bits ? Register(left << right) : std::nullopt;
    case BPF_RSH:
      return right < bits ? Register(left >> right) : std::nullopt;
    default:
      return std::nullopt;
  }
}

void apply_arithmetic(const bpf_insn& insn, Registers& known) {
  const bool is_32 = class_of(insn) == BPF_ALU;
  const uint64_t mask = is_32 ? UINT32_MAX : UINT64_MAX;
  Register& dest = known[insn.dst_reg];
  const Register right = operand(insn, known);
  const uint8_t operation = BPF_OP(insn.code);
  Register result;
  // `off` makes a move one that extends a sign or converts an address.
  const bool is_plain = insn.off == 0 && has_one_operand(insn);
  if (operation == BPF_MOV && is_plain && right) {
    result = *right & mask;
  } else if (operation != BPF_MOV && is_plain && dest && right) {
    result = compute(operation, *dest & mask, *right & mask, is_32 ? 32 : 64);
    if (result) result = *result & mask;
  }
  dest = result;
}

// What is known after `insn`, whatever way the program goes on.
void apply(const bpf_insn& insn, const bpf_insn* second, Registers& known) {
  switch (class_of(insn)) {
    case BPF_ALU:
    case BPF_ALU64:
      apply_arithmetic(insn, known);
      break;
    case BPF_LD:
      known[insn.dst_reg] = std::nullopt;
      if (insn.src_reg == 0)  // otherwise an address, which only the kernel knows
        known[insn.dst_reg] = static_cast<uint32_t>(insn.imm) |
                              static_cast<uint64_t>(static_cast<uint32_t>(second->imm)) << 32;
      break;
    case BPF_LDX:
      known[insn.dst_reg] = std::nullopt;
      break;
    case BPF_STX:
      // An atomic operation may write what it fetches to a register of its own, or to r0.
      if (BPF_MODE(insn.code) == BPF_ATOMIC)
        known[insn.src_reg] = known[insn.dst_reg] = known[0] = std::nullopt;
      break;
    case BPF_JMP:
      if (is_call(insn)) {
        for (size_t i = 0; i <= 5; ++i) known[i] = std::nullopt;
      }
      break;
    default:
      break;
  }
}

// Whether the branch is taken; nothing where that is not known.
std::optional<bool> decide(const bpf_insn& insn, const Registers& known) {
  Register left = known[insn.dst_reg];
  Register right = operand(insn, known);
  if (!left || !right) return std::nullopt;
  if (class_of(insn) == BPF_JMP32) {
    left = *left & UINT32_MAX;
    right = *right & UINT32_MAX;
  }
  switch (BPF_OP(insn.code)) {
    case BPF_JEQ:
      return *left == *right;
    case BPF_JNE:
      return *left != *right;
    case BPF_JGT:
      return *left > *right;
    case BPF_JGE:
      return *left >= *right;
    case BPF_JLT:
      return *left < *right;
    case BPF_JLE:
      return *left <= *right;
    case BPF_JSET:
      return (*left & *right) != 0;
    default:
      return std::nullopt;  // signed
  }
}

// Of a program that is well formed.
class Pruner {
 public:
  explicit Pruner(std::vector<bpf_insn>& instructions)
      : instructions_(instructions), before_(instructions.size()), moved_to_(instructions.size()) {}

  void run() {
    reach(0, {});
    while (!work_.empty()) {
      const size_t at = work_.back();
      work_.pop_back();
      follow(at);
    }
    rebuild();
  }

  // After run(): where the functions begin now.
  void move(std::vector<bpf_func_info>& functions) const {
    std::erase_if(functions,
                  [&](const bpf_func_info& function) { return !before_[function.insn_off]; });
    for (bpf_func_info& function : functions)
      function.insn_off = static_cast<uint32_t>(moved_to_[function.insn_off]);
  }

 private:
  // Joins `known` into what is known before `at`.
  void reach(size_t at, const Registers& known) {
    std::optional<Registers>& there = before_[at];
    if (!there) {
      there = known;
      work_.push_back(at);
      return;
    }
    bool has_changed = false;
    for (size_t i = 0; i < kRegisters; ++i) {
      if (!(*there)[i] || (*there)[i] == known[i]) continue;
      (*there)[i] = std::nullopt;
      has_changed = true;
    }
    if (has_changed) work_.push_back(at);
  }

  void follow(size_t at) {
    const bpf_insn& insn = instructions_[at];
    const size_t next = at + size_of(insn);
    Registers known = *before_[at];
    if (names_function(insn)) reach(target(at, insn.imm), {});
    if (is_exit(insn)) return;
    if (is_goto(insn)) return reach(target(at, insn.off), known);
    if (is_branch(insn)) {
      const std::optional<bool> taken = decide(insn, known);
      if (taken != false) reach(target(at, insn.off), known);
      if (taken != true) reach(next, known);
      return;
    }
    apply(insn, &insn + 1, known);
    reach(next, known);
  }

  // Nothing where it is left out. A branch that is always taken becomes a jump.
  std::optional<bpf_insn> kept(size_t at) const {
    if (!before_[at]) return std::nullopt;
    const bpf_insn& insn = instructions_[at];
    if (!is_branch(insn)) return insn;
    const std::optional<bool> taken = decide(insn, *before_[at]);
    if (!taken) return insn;
    if (!*taken) return std::nullopt;
    bpf_insn jump{};
    jump.code = BPF_JMP | BPF_JA;
    jump.off = insn.off;
    return jump;
  }

  // By where they were; from the end, so that a jump over what is left out, if only other such
  // jumps, is known to lead to what follows it anyway, and goes too.
  std::vector<std::optional<bpf_insn>> kept_ones() const {
    std::vector<std::optional<bpf_insn>> ones(instructions_.size());
    size_t next = instructions_.size();  // of those behind `at` the first that is kept
    for (size_t at = instructions_.size(); at-- > 0;) {
      if (!before_[at]) continue;
      const std::optional<bpf_insn> insn = kept(at);
      if (!insn) continue;
      const size_t to = is_goto(*insn) ? target(at, insn->off) : 0;
      if (to > at && to <= next) continue;
      ones[at] = insn;
      next = at;
    }
    return ones;
  }

  void rebuild() {
    const std::vector<std::optional<bpf_insn>> ones = kept_ones();
    std::vector<size_t> origins;  // of the kept ones
    std::vector<bpf_insn> pruned;
    for (size_t at = 0; at < instructions_.size(); at += size_of(instructions_[at])) {
      moved_to_[at] = pruned.size();
      if (!ones[at]) continue;
      origins.push_back(at);
      pruned.push_back(*ones[at]);
      if (is_wide(*ones[at])) pruned.push_back(instructions_[at + 1]);
    }
    for (const size_t at : origins) {
      bpf_insn& insn = pruned[moved_to_[at]];
      const auto distance = [&](int64_t offset) {
        return static_cast<int64_t>(moved_to_[target(at, offset)]) -
               static_cast<int64_t>(moved_to_[at]) - 1;
      };
      if (is_goto(insn) || is_branch(insn)) insn.off = static_cast<int16_t>(distance(insn.off));
      if (names_function(insn)) insn.imm = static_cast<int32_t>(distance(insn.imm));
    }
    instructions_ = std::move(pruned);
  }

  std::vector<bpf_insn>& instructions_;
  std::vector<std::optional<Registers>> before_;  // nothing: not reached
  std::vector<size_t> work_;
  std::vector<size_t> moved_to_;  // by where it was
};

}  // namespace

void prune_unreachable(std::vector<bpf_insn>& instructions) {
  if (is_well_formed(instructions)) Pruner(instructions).run();
}

void prune_unreachable(ProgramCode& code) {
  if (!is_well_formed(code.instructions)) return;
  for (const bpf_func_info& function : code.functions)
    if (function.insn_off >= code.instructions.size()) return;
  Pruner pruner(code.instructions);
  pruner.run();
  pruner.move(code.functions);
}

}  // namespace tracker
