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

// The verifier is asked for its words only after a refusal: writing them costs time.
Result<UniqueFd> load_program(const ProgramForm& form, const ProgramCode& code) {
  const std::vector<bpf_insn>& instructions = code.instructions;
  auto options = libbpf_options<bpf_prog_load_opts>();
  options.expected_attach_type = static_cast<bpf_attach_type>(form.attach_type);
  options.attach_btf_id = form.btf_type_id;
  options.attach_btf_obj_fd = static_cast<uint32_t>(form.btf_fd);
  if (!code.functions.empty()) {
    options.prog_btf_fd = static_cast<uint32_t>(code.btf_fd);
    options.func_info = code.functions.data();
    options.func_info_cnt = static_cast<uint32_t>(code.functions.size());
    options.func_info_rec_size = sizeof(bpf_func_info);
  }
  const auto type = static_cast<bpf_prog_type>(form.type);
  const std::string name = ("tracker_" + form.name).substr(0, BPF_OBJ_NAME_LEN - 1);
  int fd =
      bpf_prog_load(type, name.c_str(), "GPL", instructions.data(), instructions.size(), &options);
  if (fd >= 0) return UniqueFd(fd);
  const int reason = errno;
  std::string log(1U << 20, '\0');
  options.log_buf = log.data();
  options.log_size = static_cast<uint32_t>(log.size());
  options.log_level = 1;
  fd = bpf_prog_load(type, name.c_str(), "GPL", instructions.data(), instructions.size(), &options);
  if (fd >= 0) return UniqueFd(fd);
  const std::string verdict = verifier_verdict(log);
  return Error{fmt::format("the kernel refuses the program: {}{}{}", errno_text(reason),
                           verdict.empty() ? "" : ": ", verdict)};
}

bool program_info(const UniqueFd& program, bpf_prog_info& info) {
  uint32_t size = sizeof(info);
  return program && bpf_obj_get_info_by_fd(program.get(), &info, &size) == 0;
}

}  // namespace tracker
