// SPDX-License-Identifier: GPL-2.0-or-later
//
// ProgramCode: a program as the kernel is given it.
#pragma once

#include <linux/bpf.h>

#include <vector>

namespace tracker {

struct ProgramCode {
  std::vector<bpf_insn> instructions;
  // Where each of its functions begins, and its type in the BTF of that descriptor, which the
  // program does not own. The kernel asks for it where a function's address is used: bpf_loop().
  std::vector<bpf_func_info> functions;
  int btf_fd = -1;
};

// The least that the kernel takes: r0 = 0; exit.
inline std::vector<bpf_insn> empty_program() {
  std::vector<bpf_insn> nothing(2);
  nothing[0].code = BPF_ALU64 | BPF_MOV | BPF_K;
  nothing[1].code = BPF_JMP | BPF_EXIT;
  return nothing;
}

}  // namespace tracker
