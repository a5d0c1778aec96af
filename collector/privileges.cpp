// SPDX-License-Identifier: GPL-2.0-or-later
#include "collector/privileges.h"

#include <fmt/format.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>

#include "base/system_error.h"

namespace tracker {

namespace {

// capget and capset as the kernel has them: libcap adds a dependency for these two calls.
struct Capabilities {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> data{};

  static uint64_t join(uint32_t low, uint32_t high) { return uint64_t{high} << 32 | low; }
  uint64_t effective() const { return join(data[0].effective, data[1].effective); }
  uint64_t permitted() const { return join(data[0].permitted, data[1].permitted); }
};

constexpr uint64_t bit(int capability) { return uint64_t{1} << capability; }

Result<Capabilities> read_capabilities() {
  Capabilities capabilities;
  if (::syscall(SYS_capget, &capabilities.header, capabilities.data.data()) != 0)
    return system_error("read this process's capabilities", errno);
  return capabilities;
}

Result<void> write_capabilities(Capabilities& capabilities, uint64_t effective,
                                uint64_t permitted) {
  for (size_t i = 0; i < capabilities.data.size(); ++i) {
    capabilities.data[i] = {static_cast<uint32_t>(effective >> (32 * i)),
                            static_cast<uint32_t>(permitted >> (32 * i)), 0};
  }
  if (::syscall(SYS_capset, &capabilities.header, capabilities.data.data()) != 0)
    return system_error("drop capabilities", errno);
  return {};
}

}  // namespace

Result<void> check_privileges() {
  TRY_ASSIGN(capabilities, read_capabilities());
  uint64_t effective = capabilities.effective();
  std::string missing;
  if (effective & bit(CAP_SYS_ADMIN)) return {};
  if (!(effective & bit(CAP_BPF))) missing += " CAP_BPF";
  if (!(effective & bit(CAP_PERFMON))) missing += " CAP_PERFMON";
  if (missing.empty()) return {};
  return Error{
      fmt::format("no permission to attach: missing{}; run tracker as root, or give it "
                  "the capabilities with setcap",
                  missing)};
}

Result<void> drop_privileges(bool recording, bool runs_command,
                             const std::function<bool()>& can_read_maps) {
  TRY_ASSIGN(capabilities, read_capabilities());
  const uint64_t permitted = capabilities.permitted();
  const uint64_t kept = permitted & (bit(CAP_SYS_PTRACE) | (recording ? bit(CAP_DAC_OVERRIDE) : 0) |
                                     (runs_command ? bit(CAP_KILL) : 0));
  const uint64_t for_maps = permitted & bit(permitted & bit(CAP_BPF) ? CAP_BPF : CAP_SYS_ADMIN);
  // Not effective is enough for the trial, and can be taken back.
  TRY(write_capabilities(capabilities, kept, kept | for_maps));
  const bool needs_more = for_maps != 0 && !can_read_maps();
  const uint64_t rest = kept | (needs_more ? for_maps : 0);
  return write_capabilities(capabilities, rest, rest);
}

}  // namespace tracker
