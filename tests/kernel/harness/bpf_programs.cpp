// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/bpf_programs.h"

#include <fmt/format.h>
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

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

bool program_exists(uint32_t id) {
  bpf_attr attributes{};
  attributes.prog_id = id;
  const long fd = syscall(SYS_bpf, BPF_PROG_GET_FD_BY_ID, &attributes, sizeof(attributes));
  if (fd < 0) {
    require(errno == ENOENT, "cannot ask for BPF programs");
    return false;
  }
  close(static_cast<int>(fd));
  return true;
}

}  // namespace tracker::kernel_test
