// SPDX-License-Identifier: GPL-2.0-or-later
//
// Programs for tests, written an instruction at a time.
#pragma once

#include <linux/bpf.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tracker {

using Program = std::vector<bpf_insn>;

// Newer than the headers of some distributions that the tests are built on.
constexpr unsigned kModeSigned = 0x80;   // BPF_MEMSX
constexpr unsigned kSignedDivision = 1;  // `off` of BPF_DIV and BPF_MOD

inline bpf_insn insn(unsigned code, unsigned dst, unsigned src, int16_t off, int32_t imm) {
  bpf_insn made{};
  made.code = static_cast<uint8_t>(code);
  made.dst_reg = dst & 0xfU;
  made.src_reg = src & 0xfU;
  made.off = off;
  made.imm = imm;
  return made;
}

inline bpf_insn move(unsigned dst, int32_t value) {
  return insn(BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, value);
}
inline bpf_insn leave() { return insn(BPF_JMP | BPF_EXIT, 0, 0, 0, 0); }
inline bpf_insn jump(int16_t off) { return insn(BPF_JMP | BPF_JA, 0, 0, off, 0); }
inline bpf_insn branch(unsigned operation, unsigned dst, int32_t with, int16_t off) {
  return insn(BPF_JMP | operation | BPF_K, dst, 0, off, with);
}
inline bpf_insn load(unsigned dst) { return insn(BPF_LDX | BPF_MEM | BPF_W, dst, 1, 0, 0); }
inline bpf_insn call_helper() { return insn(BPF_JMP | BPF_CALL, 0, 0, 0, 5); }
inline bpf_insn call_own(int32_t distance) {
  return insn(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 0, distance);
}

inline void add_wide(Program& program, unsigned dst, unsigned src, uint64_t value) {
  program.push_back(insn(BPF_LD | BPF_IMM | BPF_DW, dst, src, 0, static_cast<int32_t>(value)));
  program.push_back(insn(0, 0, 0, 0, static_cast<int32_t>(value >> 32)));
}

// Whether both are the same, byte for byte.
inline bool are_same(const Program& left, const Program& right) {
  if (left.size() != right.size()) return false;
  for (size_t at = 0; at < left.size(); ++at) {
    const bpf_insn& a = left[at];
    const bpf_insn& b = right[at];
    if (a.code != b.code || a.dst_reg != b.dst_reg || a.src_reg != b.src_reg || a.off != b.off ||
        a.imm != b.imm)
      return false;
  }
  return true;
}

// The immediates of moves to r0, in order: what is left of a program whose ends are told apart so.
inline std::vector<int32_t> results(const Program& program) {
  std::vector<int32_t> found;
  for (const bpf_insn& instruction : program) {
    if (instruction.code == (BPF_ALU64 | BPF_MOV | BPF_K) && instruction.dst_reg == 0)
      found.push_back(instruction.imm);
  }
  return found;
}

}  // namespace tracker
