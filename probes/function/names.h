// SPDX-License-Identifier: GPL-2.0-or-later
//
// FunctionNames: how many functions of the kernel and its modules have a name.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "probes/kernel_btf.h"

namespace tracker {

class FunctionNames {
 public:
  // Of all that BTF describes, which must outlive this object.
  explicit FunctionNames(const KernelBtf& btf);

  // How many a target with this name means: with a module the module's, without one all.
  size_t count(std::string_view name, std::string_view module) const;

 private:
  using Name = std::pair<std::string_view, std::string>;  // of the function and of its module
  std::vector<Name> names_;                               // sorted
};

}  // namespace tracker
