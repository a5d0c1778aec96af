// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/per_cpu_map.h"

#include <bpf/bpf.h>
#include <fmt/format.h>

#include <cerrno>

#include "base/system_error.h"

namespace tracker {

Result<void> read_per_cpu(int map, uint32_t key, const char* what, void* values) {
  if (bpf_map_lookup_elem(map, &key, values) != 0)
    return system_error(fmt::format("read {} from the kernel", what), errno);
  return {};
}

}  // namespace tracker
