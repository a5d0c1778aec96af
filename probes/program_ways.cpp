// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/program_ways.h"

#include <fmt/format.h>
#include <sys/utsname.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "probes/record.h"

namespace tracker {

namespace {

#define X(name) #name,
constexpr std::string_view kReadStructs[] = {TRACKER_READ_STRUCTS(X)};
constexpr std::string_view kFunctions[] = {TRACKER_KERNEL_FUNCTIONS(X)};
#undef X

}  // namespace

std::vector<uint32_t> kernel_functions(const KernelBtf& btf) {
  return btf.function_ids(kFunctions);
}

Result<std::optional<Loads>> find_loads(const KernelBtf& btf, std::span<const uint32_t> functions) {
  if (functions[CALL_bpf_rdonly_cast] == 0) return std::optional<Loads>();
  Loads loads{btf.struct_ids(kReadStructs), functions[CALL_bpf_rdonly_cast]};
  const auto missing = std::find(loads.struct_ids.begin(), loads.struct_ids.end(), 0U);
  if (missing != loads.struct_ids.end())
    return Error{
        fmt::format("its BTF has no struct {}", kReadStructs[missing - loads.struct_ids.begin()])};
  return std::optional(std::move(loads));
}

std::optional<Guard> find_guard(std::span<const uint32_t> functions) {
  const Guard guard{functions[CALL_bpf_preempt_disable], functions[CALL_bpf_preempt_enable]};
  return guard.disable && guard.enable ? std::optional(guard) : std::nullopt;
}

namespace {

bool read_whether_kernel_may_preempt() {
  std::ifstream file("/sys/kernel/debug/sched/preempt");  // "none voluntary (full)"
  std::string model;
  if (std::getline(file, model))
    return model.find("(none)") == std::string::npos &&
           model.find("(voluntary)") == std::string::npos;
  utsname name{};
  return ::uname(&name) != 0 ||
         std::string_view(name.version).find("PREEMPT") != std::string_view::npos;
}

}  // namespace

// Asked for each function.
bool kernel_may_preempt() {
  static const bool may_preempt = read_whether_kernel_may_preempt();
  return may_preempt;
}

bool kernel_is_later_than(unsigned than_major, unsigned than_minor) {
  utsname name{};
  if (::uname(&name) != 0) return true;
  const std::string_view release = name.release;  // as "6.18.44"
  unsigned major = 0, minor = 0;
  const char* end = release.data() + release.size();
  const auto dot = std::from_chars(release.data(), end, major);
  if (dot.ec != std::errc() || dot.ptr == end || *dot.ptr != '.') return true;
  if (std::from_chars(dot.ptr + 1, end, minor).ec != std::errc()) return true;
  return std::pair(major, minor) > std::pair(than_major, than_minor);
}

}  // namespace tracker
