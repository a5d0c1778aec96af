// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/bpf_programs.h"

#include <fmt/format.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>

#include "harness/require.h"

namespace tracker::kernel_test {

std::set<uint32_t> programs_of(pid_t pid) {
  std::set<uint32_t> ids;
  const std::string folder = fmt::format("/proc/{}/fdinfo", pid);
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream lines(entry.path());
    for (std::string line; std::getline(lines, line);) {
      constexpr std::string_view kKey = "prog_id:";
      if (line.starts_with(kKey)) {
        ids.insert(static_cast<uint32_t>(std::stoul(line.substr(kKey.size()))));
      }
    }
  }
  return ids;
}

namespace {

uint64_t address_of(const void* what) { return reinterpret_cast<uintptr_t>(what); }

// Nothing: there is none.
UniqueFd open_program(uint32_t id) {
  bpf_attr attributes{};
  attributes.prog_id = id;
  const long fd = syscall(SYS_bpf, BPF_PROG_GET_FD_BY_ID, &attributes, sizeof(attributes));
  require(fd >= 0 || errno == ENOENT, "cannot ask for BPF programs");
  return UniqueFd(static_cast<int>(fd));
}

void ask_about(const UniqueFd& program, bpf_prog_info& info) {
  bpf_attr attributes{};
  attributes.info.bpf_fd = static_cast<uint32_t>(program.get());
  attributes.info.info_len = sizeof(info);
  attributes.info.info = address_of(&info);
  require_call(syscall(SYS_bpf, BPF_OBJ_GET_INFO_BY_FD, &attributes, sizeof(attributes)),
               "cannot ask about a BPF program");
}

// The last line that is no statistics of what was verified.
std::string last_words(const std::string& log) {
  const size_t end = log.rfind("\nprocessed ");
  const std::string said = log.substr(0, end);
  return said.substr(said.rfind('\n') + 1);
}

}  // namespace

bool program_exists(uint32_t id) { return static_cast<bool>(open_program(id)); }

std::vector<bpf_insn> verified_instructions(uint32_t id) {
  const UniqueFd program = open_program(id);
  require(static_cast<bool>(program), fmt::format("there is no BPF program {}", id));
  bpf_prog_info sizes{};
  ask_about(program, sizes);
  std::vector<bpf_insn> instructions(sizes.xlated_prog_len / sizeof(bpf_insn));
  bpf_prog_info info{};
  info.xlated_prog_len = sizes.xlated_prog_len;
  info.xlated_prog_insns = address_of(instructions.data());
  ask_about(program, info);
  require(info.xlated_prog_insns != 0, "the kernel does not show a program's instructions");
  return instructions;
}

UniqueFd load_program(bpf_prog_type type, std::span<const bpf_insn> instructions) {
  static constexpr char kLicense[] = "GPL";
  std::string log(65536, '\0');
  bpf_attr attributes{};
  attributes.prog_type = type;
  attributes.insns = address_of(instructions.data());
  attributes.insn_cnt = static_cast<uint32_t>(instructions.size());
  attributes.license = address_of(kLicense);
  attributes.log_level = 1;
  attributes.log_buf = address_of(log.data());
  attributes.log_size = static_cast<uint32_t>(log.size());
  const long fd = syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof(attributes));
  log.resize(log.find('\0'));
  require_call(fd, fmt::format("cannot load a BPF program ({})", last_words(log)));
  return UniqueFd(static_cast<int>(fd));
}

UniqueFd load_constant_program(bpf_prog_type type, int result) {
  const std::array<bpf_insn, 2> instructions{{
      {BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, result},
      {BPF_JMP | BPF_EXIT, 0, 0, 0, 0},
  }};
  return load_program(type, instructions);
}

UniqueFd attach_xdp(const NetworkNamespace& netns, const std::string& device,
                    const UniqueFd& program, XdpMode mode) {
  UniqueFd link;
  netns.run([&] {
    bpf_attr attributes{};
    attributes.link_create.prog_fd = static_cast<uint32_t>(program.get());
    attributes.link_create.target_ifindex = if_nametoindex(device.c_str());
    attributes.link_create.attach_type = BPF_XDP;
    attributes.link_create.flags =
        mode == XdpMode::kNative ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE;
    const long fd = syscall(SYS_bpf, BPF_LINK_CREATE, &attributes, sizeof(attributes));
    link.reset(static_cast<int>(require_call(fd, "cannot attach an XDP program to " + device)));
  });
  return link;
}

}  // namespace tracker::kernel_test
