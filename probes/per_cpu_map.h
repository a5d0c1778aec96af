// SPDX-License-Identifier: GPL-2.0-or-later
//
// Reading per-CPU maps.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "probes/possible_cpus.h"

namespace tracker {

// Reads the values of one key into `values`, which has room for one of each possible CPU. `what`
// completes "read ... from the kernel".
Result<void> read_per_cpu(int map, uint32_t key, const char* what, void* values);

// The values of one key, by CPU.
template <typename Value>
Result<std::vector<Value>> read_per_cpu(int map, uint32_t key, const char* what) {
  static_assert(sizeof(Value) % 8 == 0, "the kernel rounds per-CPU values up to 8 bytes");
  std::vector<Value> values(possible_cpus());
  TRY(read_per_cpu(map, key, what, values.data()));
  return values;
}

}  // namespace tracker
