// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/program.h"

#include <bpf/bpf.h>
#include <fmt/format.h>

#include <cerrno>

#include "base/system_error.h"
#include "probes/libbpf_options.h"

namespace tracker {

namespace {

constexpr uint8_t kLoadImmediate64 = BPF_LD | BPF_IMM | BPF_DW;

// The last line of the verifier's log that is not one of its statistics.
std::string verifier_verdict(const std::string& log) {
  size_t end = log.find("\nprocessed ");
  std::string text = log.substr(0, end == std::string::npos ? log.find('\0') : end);
  size_t start = text.rfind('\n');
  return start == std::string::npos ? text : text.substr(start + 1);
}

// The verifier is asked for its words only after a refusal: writing them costs time.
Result<UniqueFd> load_program(bpf_prog_type type, const std::string& name,
                              const std::vector<bpf_insn>& instructions, uint32_t btf_type_id) {
  auto options = libbpf_options<bpf_prog_load_opts>();
  if (type == BPF_PROG_TYPE_TRACING) {
    options.expected_attach_type = BPF_TRACE_RAW_TP;
    options.attach_btf_id = btf_type_id;
  }
  int fd =
      bpf_prog_load(type, name.c_str(), "GPL", instructions.data(), instructions.size(), &options);
  if (fd >= 0) return UniqueFd(fd);
  int reason = errno;
  std::string log(1U << 20, '\0');
  options.log_buf = log.data();
  options.log_size = static_cast<uint32_t>(log.size());
  options.log_level = 1;
  fd = bpf_prog_load(type, name.c_str(), "GPL", instructions.data(), instructions.size(), &options);
  if (fd >= 0) return UniqueFd(fd);
  std::string verdict = verifier_verdict(log);
  return Error{fmt::format("the kernel refuses the program: {}{}{}", errno_text(reason),
                           verdict.empty() ? "" : ": ", verdict)};
}

Result<AttachedProgram> attach_rung(bpf_prog_type type, const char* rung,
                                    const std::vector<bpf_insn>& instructions,
                                    const std::string& tracepoint, uint32_t btf_type_id) {
  AttachedProgram attached;
  attached.rung = rung;
  std::string name = ("tracker_" + tracepoint).substr(0, BPF_OBJ_NAME_LEN - 1);
  auto program = load_program(type, name, instructions, btf_type_id);
  if (!program) return with_context(rung, program.error());
  attached.program = std::move(program).value();
  int link = bpf_raw_tracepoint_open(type == BPF_PROG_TYPE_TRACING ? nullptr : tracepoint.c_str(),
                                     attached.program.get());
  if (link < 0)
    return with_context(rung, system_error("attach to tracepoint " + tracepoint, errno));
  attached.link.reset(link);
  return attached;
}

}  // namespace

size_t patch_knobs(std::vector<bpf_insn>& instructions, const Knobs& knobs) {
  size_t patched = 0;
  for (size_t i = 0; i + 1 < instructions.size(); ++i) {
    bpf_insn& low = instructions[i];
    bpf_insn& high = instructions[i + 1];
    if (low.code != kLoadImmediate64) continue;
    // src_reg 0: a plain number, not a map or a variable
    if (low.src_reg == 0 && static_cast<uint32_t>(high.imm) == KNOB_MAGIC &&
        static_cast<uint32_t>(low.imm) < KNOB_COUNT) {
      uint64_t value = knobs[static_cast<uint32_t>(low.imm)];
      low.imm = static_cast<int32_t>(value);
      high.imm = static_cast<int32_t>(value >> 32);
      ++patched;
    }
    ++i;
  }
  return patched;
}

size_t patch_calls(std::vector<bpf_insn>& instructions, const KernelFunctions& functions) {
  size_t patched = 0;
  for (bpf_insn& instruction : instructions) {
    const auto index = static_cast<uint32_t>(instruction.imm) - CALL_MAGIC;
    if (instruction.code != (BPF_JMP | BPF_CALL) || instruction.src_reg != 0 || index >= CALL_COUNT)
      continue;
    const uint32_t function = functions[index];
    instruction = {};
    if (function != 0) {
      instruction.code = BPF_JMP | BPF_CALL;
      instruction.src_reg = BPF_PSEUDO_KFUNC_CALL;
      instruction.imm = static_cast<int32_t>(function);
    } else {
      instruction.code = BPF_ALU64 | BPF_MOV | BPF_K;
    }
    ++patched;
  }
  return patched;
}

Result<AttachedProgram> attach_tracepoint(const std::vector<bpf_insn>& instructions,
                                          const std::string& tracepoint, uint32_t btf_type_id) {
  std::string refused;
  if (btf_type_id != 0) {
    auto attached =
        attach_rung(BPF_PROG_TYPE_TRACING, "tp_btf", instructions, tracepoint, btf_type_id);
    if (attached) return attached;
    refused = attached.error().message + "; ";
  }
  auto attached = attach_rung(BPF_PROG_TYPE_RAW_TRACEPOINT, "raw_tp", instructions, tracepoint, 0);
  if (attached) return attached;
  return Error{refused + attached.error().message};
}

}  // namespace tracker
