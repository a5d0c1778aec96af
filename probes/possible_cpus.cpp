// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/possible_cpus.h"

#include <bpf/libbpf.h>

namespace tracker {

uint32_t possible_cpus() {
  const int count = libbpf_num_possible_cpus();
  return count > 0 ? static_cast<uint32_t>(count) : 1;
}

}  // namespace tracker
