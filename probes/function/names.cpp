// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/function/names.h"

#include <bpf/btf.h>

#include <algorithm>

#include "probes/btf_types.h"

namespace tracker {

FunctionNames::FunctionNames(const KernelBtf& btf) {
  btf.for_each_function([&](const struct btf& object, const std::string& module, uint32_t id) {
    names_.emplace_back(btf_name(&object, btf__type_by_id(&object, id)->name_off), module);
  });
  std::sort(names_.begin(), names_.end());
}

size_t FunctionNames::count(std::string_view name, std::string_view module) const {
  auto entry = std::ranges::lower_bound(names_, name, {}, &Name::first);
  size_t count = 0;
  for (; entry != names_.end() && entry->first == name; ++entry)
    count += module.empty() || entry->second == module ? 1 : 0;
  return count;
}

}  // namespace tracker
