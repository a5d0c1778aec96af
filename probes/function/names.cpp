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
  const auto called = std::ranges::equal_range(names_, name, {}, &Name::first);
  return static_cast<size_t>(std::ranges::count_if(
      called, [&](const Name& entry) { return module.empty() || entry.second == module; }));
}

}  // namespace tracker
