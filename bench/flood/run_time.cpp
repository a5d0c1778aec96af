// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/flood/run_time.h"

#include <bpf/bpf.h>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <system_error>

namespace tracker::bench {
namespace {

std::set<uint32_t> program_ids_of(pid_t pid) {
  std::set<uint32_t> ids;
  std::error_code gone;  // a descriptor that was closed meanwhile
  for (const auto& entry :
       std::filesystem::directory_iterator(fmt::format("/proc/{}/fdinfo", pid), gone)) {
    std::ifstream file(entry.path());
    std::string word;
    uint32_t id = 0;
    while (file >> word) {
      if (word == "prog_id:" && file >> id) ids.insert(id);
    }
  }
  return ids;
}

void add(RunTime& total, const bpf_prog_info& info) {
  total.nanoseconds += info.run_time_ns;
  total.runs += info.run_cnt;
}

}  // namespace

UniqueFd measure_run_time() { return UniqueFd(bpf_enable_stats(BPF_STATS_RUN_TIME)); }

ProcessRunTime run_time_of(pid_t pid, std::string_view name) {
  ProcessRunTime total;
  for (const uint32_t id : program_ids_of(pid)) {
    const UniqueFd program(bpf_prog_get_fd_by_id(id));
    bpf_prog_info info{};
    uint32_t size = sizeof(info);
    if (!program || bpf_obj_get_info_by_fd(program.get(), &info, &size) != 0) continue;
    add(total.all, info);
    if (std::string_view(info.name).find(name) != std::string_view::npos) add(total.named, info);
  }
  return total;
}

}  // namespace tracker::bench
