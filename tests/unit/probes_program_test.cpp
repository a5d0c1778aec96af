// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/program.h"

#include <gtest/gtest.h>
#include <linux/bpf.h>

namespace tracker {
namespace {

constexpr uint8_t kLoad64 = BPF_LD | BPF_IMM | BPF_DW;

void add_load(std::vector<bpf_insn>& program, bool from_map, uint32_t low, uint32_t high) {
  bpf_insn first{};
  first.code = kLoad64;
  if (from_map) first.src_reg = BPF_PSEUDO_MAP_FD;
  first.imm = static_cast<int32_t>(low);
  bpf_insn second{};
  second.imm = static_cast<int32_t>(high);
  program.push_back(first);
  program.push_back(second);
}

TEST(PatchKnobs, ReplacesAllSixtyFourBits) {
  std::vector<bpf_insn> program;
  add_load(program, false, KNOB_NETNS_OPS, KNOB_MAGIC);
  Knobs knobs{};
  knobs[KNOB_NETNS_OPS] = 0xffffffff824e9960;
  EXPECT_EQ(patch_knobs(program, knobs), 1U);
  EXPECT_EQ(static_cast<uint32_t>(program[0].imm), 0x824e9960U);
  EXPECT_EQ(static_cast<uint32_t>(program[1].imm), 0xffffffffU);
}

TEST(PatchKnobs, LeavesMapsAndOtherNumbersAlone) {
  std::vector<bpf_insn> program;
  add_load(program, true, 3, KNOB_MAGIC);
  add_load(program, false, 3, 0x12345678);
  add_load(program, false, KNOB_COUNT, KNOB_MAGIC);
  auto before = program;
  EXPECT_EQ(patch_knobs(program, Knobs{}), 0U);
  for (size_t i = 0; i < program.size(); ++i) EXPECT_EQ(program[i].imm, before[i].imm) << i;
}

TEST(PatchKnobs, SkipsTheSecondHalfOfALoad) {
  // the second half of the first load looks like the start of a knob's load
  std::vector<bpf_insn> program;
  add_load(program, false, 7, 8);
  program[1].code = kLoad64;
  add_load(program, false, KNOB_PROBE, KNOB_MAGIC);
  Knobs knobs{};
  knobs[KNOB_PROBE] = 5;
  EXPECT_EQ(patch_knobs(program, knobs), 1U);
  EXPECT_EQ(program[2].imm, 5);
}

// `kind` fits the four bits of src_reg.
bpf_insn call(unsigned kind, int32_t function) {
  bpf_insn instruction{};
  instruction.code = BPF_JMP | BPF_CALL;
  instruction.src_reg = kind & 0xfU;
  instruction.imm = function;
  return instruction;
}

TEST(PatchCalls, CallsTheKernelsFunctionOrNone) {
  std::vector<bpf_insn> program{call(0, CALL_MAGIC + CALL_bpf_preempt_enable),
                                call(0, CALL_MAGIC + CALL_bpf_rdonly_cast)};
  KernelFunctions functions{};
  functions[CALL_bpf_rdonly_cast] = 4711;
  EXPECT_EQ(patch_calls(program, functions), 2U);
  EXPECT_EQ(program[0].code, BPF_ALU64 | BPF_MOV | BPF_K);
  EXPECT_EQ(program[0].dst_reg, 0);
  EXPECT_EQ(program[0].src_reg, 0);
  EXPECT_EQ(program[0].imm, 0);
  EXPECT_EQ(program[1].code, BPF_JMP | BPF_CALL);
  EXPECT_EQ(program[1].src_reg, BPF_PSEUDO_KFUNC_CALL);
  EXPECT_EQ(program[1].imm, 4711);
  EXPECT_EQ(program[1].off, 0);
}

TEST(PatchCalls, LeavesHelpersAndOtherCallsAlone) {
  std::vector<bpf_insn> program{call(0, BPF_FUNC_map_lookup_elem),
                                call(BPF_PSEUDO_CALL, CALL_MAGIC), call(0, CALL_MAGIC - 1),
                                call(0, CALL_MAGIC + CALL_COUNT)};
  const auto before = program;
  EXPECT_EQ(patch_calls(program, KernelFunctions{}), 0U);
  for (size_t i = 0; i < program.size(); ++i) {
    EXPECT_EQ(program[i].imm, before[i].imm) << i;
    EXPECT_EQ(program[i].src_reg, before[i].src_reg) << i;
    EXPECT_EQ(program[i].code, before[i].code) << i;
  }
}

}  // namespace
}  // namespace tracker
