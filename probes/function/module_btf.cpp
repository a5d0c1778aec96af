// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/function/module_btf.h"

#include <bpf/bpf.h>
#include <fmt/format.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstdint>

#include "base/system_error.h"

namespace tracker {

Result<UniqueFd> open_module_btf(const std::string& module) {
  const auto failed = [&module] {
    return system_error("open the type information of module " + module, errno,
                        "it needs CAP_SYS_ADMIN");
  };
  uint32_t id = 0;
  while (bpf_btf_get_next_id(id, &id) == 0) {
    UniqueFd object(bpf_btf_get_fd_by_id(id));
    if (!object && errno == ENOENT) continue;  // unloaded meanwhile
    if (!object) return failed();
    std::array<char, 64> name{};  // MODULE_NAME_LEN is 56
    bpf_btf_info info{};
    info.name = std::bit_cast<uint64_t>(name.data());
    info.name_len = name.size();
    uint32_t size = sizeof(info);
    if (bpf_obj_get_info_by_fd(object.get(), &info, &size) != 0 || !info.kernel_btf) continue;
    if (module == name.data()) return object;
  }
  if (errno != ENOENT) return failed();  // the last one has no next
  return Error{fmt::format("the kernel holds no type information of a module {}", module)};
}

}  // namespace tracker
